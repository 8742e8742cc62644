/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Pictures from files and bytes, at the size asked for, and back.
 */
#include "ord-image-file.h"

#include <string.h>
#include <vips/vips.h>

#define MAX_REQUESTS 4

/* A picture inside a model is a thumbnail; a forged one is not let grow. */
#define MAX_EMBEDDED_PIXELS (4096 * 4096)

typedef struct
{
  OrdImageRequest *requests;
  guint            n_requests;
  OrdScaler       *scalers[MAX_REQUESTS];
} Load;

static void
load_clear (Load *load)
{
  for (guint i = 0; i < load->n_requests; i++)
    g_clear_pointer (&load->scalers[i], ord_scaler_free);
}

static OrdScaler *
make_scaler (const OrdImageRequest *request,
             const OrdImageInfo    *info)
{
  int channels = request->channels != 0 ? request->channels
                                        : info->channels <= 2 ? 1 : 3;
  int width = request->width;
  int height = request->height;

  if (!request->enlarge)
    {
      width = MIN (width, info->width);
      height = MIN (height, info->height);
    }

  return ord_scaler_new (info->width, info->height, info->channels,
                         width, height, channels, request->fit);
}

static void
push_to_scalers (const OrdImageInfo *info,
                 const float        *rows,
                 int                 y,
                 int                 n_rows,
                 gpointer            user_data)
{
  Load *load = user_data;

  if (y == 0)
    {
      load_clear (load);
      for (guint i = 0; i < load->n_requests; i++)
        load->scalers[i] = make_scaler (&load->requests[i], info);
    }

  for (guint i = 0; i < load->n_requests; i++)
    ord_scaler_push (load->scalers[i], rows, n_rows);
}

static gboolean
load_requests (const char      *path,
               GBytes          *bytes,
               gint64           max_pixels,
               OrdImageRequest *requests,
               guint            n_requests,
               GError         **error)
{
  Load load = { requests, n_requests, { NULL } };

  if (!ord_image_read (path, bytes, max_pixels, push_to_scalers, &load, NULL,
                       error))
    {
      load_clear (&load);
      return FALSE;
    }

  for (guint i = 0; i < n_requests; i++)
    requests[i].image = ord_scaler_finish (g_steal_pointer (&load.scalers[i]));

  return TRUE;
}

gboolean
ord_image_load_many (const char      *path,
                     OrdImageRequest *requests,
                     guint            n_requests,
                     GError         **error)
{
  g_return_val_if_fail (path != NULL, FALSE);
  g_return_val_if_fail (n_requests >= 1 && n_requests <= MAX_REQUESTS, FALSE);

  return load_requests (path, NULL, ORD_IMAGE_MAX_PIXELS, requests, n_requests,
                        error);
}

const char *
ord_image_library (void)
{
  return vips_version_string ();
}

OrdImage *
ord_image_load (const char *path,
                int         width,
                int         height,
                int         channels,
                OrdFit      fit,
                GError    **error)
{
  OrdImageRequest request = { width, height, channels, fit, TRUE, NULL };

  g_return_val_if_fail (path != NULL, NULL);
  g_return_val_if_fail (width > 0 && height > 0, NULL);
  g_return_val_if_fail (channels == 1 || channels == 3, NULL);

  if (!ord_image_load_many (path, &request, 1, error))
    return NULL;

  return request.image;
}

gboolean
ord_image_probe (const char *path,
                 int        *width,
                 int        *height,
                 int        *channels,
                 GError    **error)
{
  OrdImageInfo info;

  g_return_val_if_fail (path != NULL, FALSE);

  if (!ord_image_read (path, NULL, ORD_IMAGE_MAX_PIXELS, NULL, NULL, &info,
                       error))
    return FALSE;

  if (width != NULL)
    *width = info.width;
  if (height != NULL)
    *height = info.height;
  if (channels != NULL)
    *channels = info.channels <= 2 ? 1 : 3;

  return TRUE;
}

OrdImage *
ord_image_decode (GBytes  *bytes,
                  GError **error)
{
  OrdImageRequest request = { G_MAXINT, G_MAXINT, 0, ORD_FIT_INSIDE, FALSE,
                              NULL };

  g_return_val_if_fail (bytes != NULL, NULL);

  if (!load_requests (NULL, bytes, MAX_EMBEDDED_PIXELS, &request, 1, error))
    return NULL;

  return request.image;
}

/* (transfer full): an 8-bit copy. */
static VipsImage *
to_library (const OrdImage *image)
{
  gsize              n = (gsize) image->width * image->height * image->channels;
  g_autofree guint8 *values = g_malloc (n);
  g_autoptr (VipsImage) plain = NULL;
  VipsImage         *tagged = NULL;

  for (gsize i = 0; i < n; i++)
    values[i] = CLAMP (image->pixels[i], 0.0f, 1.0f) * 255.0f + 0.5f;

  plain = vips_image_new_from_memory_copy (values, n, image->width,
                                           image->height, image->channels,
                                           VIPS_FORMAT_UCHAR);
  if (plain != NULL)
    vips_copy (plain, &tagged, "interpretation",
               image->channels == 1 ? VIPS_INTERPRETATION_B_W
                                    : VIPS_INTERPRETATION_sRGB, NULL);

  return tagged;
}

/* (transfer full): the content of a file of this kind (".png", ".jpg"). */
static GBytes *
encode_as (const OrdImage *image,
           const char     *suffix,
           GError        **error)
{
  VipsImage *converted;
  void      *data = NULL;
  size_t     size = 0;
  int        failed = -1;

  if (!ord_image_library_init (error))
    return NULL;

  ord_image_library_enter ();
  converted = to_library (image);
  if (converted != NULL)
    failed = vips_image_write_to_buffer (converted, suffix, &data, &size, NULL);
  g_clear_object (&converted);
  if (failed != 0)
    vips_error_clear ();
  ord_image_library_leave ();

  if (failed == 0)
    return g_bytes_new_take (data, size);

  g_set_error (error, ORD_ERROR, ORD_ERROR_LIBRARY,
               "libvips cannot write a picture of the kind %s", suffix);
  return NULL;
}

GBytes *
ord_image_encode (const OrdImage *image,
                  GError        **error)
{
  g_return_val_if_fail (image != NULL, NULL);

  return encode_as (image, ".jpg[Q=88]", error);
}

gboolean
ord_image_save (const OrdImage *image,
                const char     *path,
                GError        **error)
{
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char   *lower = NULL;
  gconstpointer      data;
  gsize              size;

  g_return_val_if_fail (image != NULL, FALSE);
  g_return_val_if_fail (path != NULL, FALSE);

  lower = g_ascii_strdown (path, -1);
  bytes = encode_as (image,
                     g_str_has_suffix (lower, ".jpg")
                     || g_str_has_suffix (lower, ".jpeg") ? ".jpg[Q=92]"
                                                          : ".png[compression=2,filter=sub]",
                     error);
  if (bytes == NULL)
    return FALSE;

  data = g_bytes_get_data (bytes, &size);

  return g_file_set_contents (path, data, size, error);
}
