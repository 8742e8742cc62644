/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A network with every operator that can be trained on; see
 * pretrained-fixture.h.
 */
#include "pretrained-fixture.h"

#include "ord-random.h"

GBytes *
every_operator (void)
{
  GBytes *bytes;
  Net     net;

  net_every_operator (&net, -1, -1);
  bytes = net_to_bytes (&net);
  net_clear (&net);
  return bytes;
}

OrdPretrained *
pretrained_from_bytes (GBytes     *bytes,
                       const char *from)
{
  OrdPretrained like = {
    .name = (char *) "small.onnx",
    .from = (char *) from,
    .mean = { 0.4f, 0.5f, 0.6f },
    .sd = { 0.2f, 0.25f, 0.3f },
  };

  return ord_pretrained_with (&like, bytes, FALSE);
}

OrdEncoder *
open_encoder (const char     *kind,
              OrdPretrained  *network,
              const char     *text,
              int             height,
              int             width,
              int             channels,
              GError        **error)
{
  g_autoptr (OrdOptions) options = ord_options_new ();
  OrdPreparation         preparation = { .width = width, .height = height,
                                         .channels = channels };
  OrdEncoderSpec         spec = {
    .kind = kind,
    .options = options,
    .pretrained = network,
    .preparation = &preparation,
    .seed = 1,
  };

  ord_pretrained_normalise (network, &preparation);
  ord_options_add (options, ord_encoder_get_options (kind));
  g_assert_true (ord_options_parse (options, text, NULL));
  return ord_encoder_new (&spec, error);
}

float *
random_images (gsize count)
{
  OrdRandom  random = ord_random_init (7);
  float     *images = g_new (float, count);

  for (gsize i = 0; i < count; i++)
    images[i] = (float) ord_random_normal (&random);
  return images;
}
