/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What decides a row of features, as one hash.
 */
#include "ord-feature-cache.h"

#include <string.h>

#include "../data/ord-image-file.h"
#include "../onnx/ord-onnx-session.h"

/* To be counted up when the engine brings a picture to the network in another
 * way than before: scaling, augmentation, normalisation, averaging of maps. */
#define WAY 1

static void
add_number (GChecksum *sum,
            double     number)
{
  g_checksum_update (sum, (const guchar *) &number, sizeof number);
}

/* With its end, so that two texts are not taken for one. */
static void
add_text (GChecksum  *sum,
          const char *text)
{
  g_checksum_update (sum, (const guchar *) text, (gssize) strlen (text) + 1);
}

static void
finish (GChecksum     *sum,
        OrdFeatureKey *key)
{
  gsize size = sizeof key->bytes;

  g_checksum_get_digest (sum, key->bytes, &size);
}

void
ord_feature_key_network (OrdFeatureKey        *key,
                         const OrdPretrained  *network,
                         const OrdPreparation *preparation)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree char      *hash = ord_pretrained_hash (network);

  add_number (sum, WAY);
  add_number (sum, G_BYTE_ORDER);
  add_text (sum, ord_onnx_session_library ());
  add_text (sum, ord_image_library ());
  add_text (sum, hash);
  add_number (sum, preparation->width);
  add_number (sum, preparation->height);
  add_number (sum, preparation->channels);
  for (int c = 0; c < preparation->channels; c++)
    {
      add_number (sum, preparation->mean[c]);
      add_number (sum, preparation->sd[c]);
    }
  finish (sum, key);
}

void
ord_feature_key_picture (OrdFeatureKey         *key,
                         const OrdFeatureKey   *network,
                         const char            *hash,
                         const OrdAugmentation *augmentation,
                         guint64                draw)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);

  g_checksum_update (sum, network->bytes, sizeof network->bytes);
  add_text (sum, hash);
  if (augmentation)
    {
      add_number (sum, augmentation->rotation);
      add_number (sum, augmentation->shift);
      add_number (sum, augmentation->scale);
      add_number (sum, augmentation->contrast);
      add_number (sum, augmentation->flips[ORD_FLIP_HORIZONTAL]);
      add_number (sum, augmentation->flips[ORD_FLIP_VERTICAL]);
      g_checksum_update (sum, (const guchar *) &draw, sizeof draw);
    }
  finish (sum, key);
}
