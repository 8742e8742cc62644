/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reading with libvips. Rows are taken in strips on the calling thread, in
 * order where the format allows, so that a picture is never held whole; what
 * must be turned is decoded first (by libvips, on disk beyond 100 MB).
 *
 * 8-bit and 16-bit sRGB values are passed on as they are in the file, divided
 * by 255 or 65535: GIMP reads the same numbers. Only other colour spaces and
 * profiles that really differ from sRGB are converted.
 *
 * libvips collects error texts in one buffer for the whole process. So that a
 * file is not blamed for the fault of another that is read at the same time, a
 * read that failed is done once more while no other runs, and its text is
 * taken from that.
 */
#include "ord-image-reader.h"

#include <string.h>
#include <vips/vips.h>

#include "../ord-clones-private.h"

static GRWLock library_lock;

static void
swallow_log (const gchar   *domain,
             GLogLevelFlags level,
             const gchar   *message,
             gpointer       user_data)
{
}

static gpointer
init_once (gpointer unused)
{
  if (VIPS_INIT ("ordinate") != 0)
    return GINT_TO_POINTER (FALSE);

  /* Our loader threads already share the processors, and no operation is ever
   * repeated. */
  vips_concurrency_set (1);
  vips_cache_set_max (0);

  /* It warns of harmless oddities in files, on the standard error of whoever
   * uses us. */
  g_log_set_handler ("VIPS",
                     G_LOG_LEVEL_WARNING | G_LOG_LEVEL_MESSAGE
                     | G_LOG_LEVEL_INFO | G_LOG_LEVEL_DEBUG,
                     swallow_log, NULL);

  return GINT_TO_POINTER (TRUE);
}

gboolean
ord_image_library_init (GError **error)
{
  static GOnce once = G_ONCE_INIT;

  g_once (&once, init_once, NULL);
  if (GPOINTER_TO_INT (once.retval))
    return TRUE;

  g_set_error_literal (error, ORD_ERROR, ORD_ERROR_LIBRARY,
                       "libvips cannot be started, so no picture can be read; "
                       "reinstall libvips");
  return FALSE;
}

void
ord_image_library_enter (void)
{
  g_rw_lock_reader_lock (&library_lock);
}

void
ord_image_library_leave (void)
{
  g_rw_lock_reader_unlock (&library_lock);
}

/* What is being read, and what stands between file and rows. */
typedef struct
{
  const char      *path;
  GBytes          *bytes;
  gint64           max_pixels;
  OrdImageSinkFunc sink;
  gpointer         user_data;
  OrdImageInfo     info;

  VipsImage *image;
  char      *complaint; /* ours, where libvips has none */
} Read;

/* Takes over @image; %FALSE where it is %NULL. */
static gboolean
replace_image (Read      *job,
               VipsImage *image)
{
  if (image == NULL)
    return FALSE;

  g_object_unref (job->image);
  job->image = image;

  return TRUE;
}

static gboolean
complain (Read       *job,
          const char *format,
          ...) G_GNUC_PRINTF (2, 3);

static gboolean
complain (Read       *job,
          const char *format,
          ...)
{
  va_list args;

  va_start (args, format);
  g_free (job->complaint);
  job->complaint = g_strdup_vprintf (format, args);
  va_end (args);

  return FALSE;
}

/* PNG and JPEG go to their loaders at once: libvips would ask all of its loaders
 * in turn, a tenth of what it takes to read a small picture. */
static VipsImage *
load_source (VipsSource *source,
             VipsAccess  access)
{
  const VipsPel *start = vips_source_sniff (source, 8);
  VipsImage     *image = NULL;

  if (start != NULL && memcmp (start, "\x89PNG\r\n\x1a\n", 8) == 0)
    vips_pngload_source (source, &image, "access", access,
                         "fail_on", VIPS_FAIL_ON_ERROR, NULL);
  else if (start != NULL && memcmp (start, "\xff\xd8\xff", 3) == 0)
    vips_jpegload_source (source, &image, "access", access,
                          "fail_on", VIPS_FAIL_ON_ERROR, NULL);
  else
    image = vips_image_new_from_source (source, "", "access", access,
                                        "fail_on", VIPS_FAIL_ON_ERROR, NULL);

  return image;
}

static gboolean
open_source (Read      *job,
             VipsAccess access)
{
  g_autoptr (VipsSource) source = NULL;

  /* By source and not by name: libvips takes "a[1].png" apart in names. */
  if (job->path != NULL)
    {
      source = vips_source_new_from_file (job->path);
    }
  else
    {
      gsize         size;
      gconstpointer data = g_bytes_get_data (job->bytes, &size);

      source = vips_source_new_from_memory (data, size);
    }

  if (source == NULL)
    return FALSE;

  g_clear_object (&job->image);
  job->image = load_source (source, access);

  return job->image != NULL;
}

static gboolean
check_size (Read *job)
{
  gint64 n = (gint64) vips_image_get_width (job->image)
             * vips_image_get_height (job->image);

  if (n <= job->max_pixels)
    return TRUE;

  return complain (job, "it has %d × %d pixels, more than can be read here; "
                   "scale it down",
                   vips_image_get_width (job->image),
                   vips_image_get_height (job->image));
}

static gboolean
turn (Read *job)
{
  VipsImage *turned = NULL;

  if (vips_image_get_orientation (job->image) <= 1)
    return TRUE;

  /* Turning needs its rows in any order. */
  if (!open_source (job, VIPS_ACCESS_RANDOM)
      || vips_autorot (job->image, &turned, NULL) != 0)
    return FALSE;

  return replace_image (job, turned);
}

static gboolean
is_full_scale (VipsImage *image)
{
  VipsBandFormat format = vips_image_get_format (image);

  if (vips_image_get_coding (image) != VIPS_CODING_NONE
      || (format != VIPS_FORMAT_UCHAR && format != VIPS_FORMAT_USHORT))
    return FALSE;

  switch (vips_image_get_interpretation (image))
    {
    case VIPS_INTERPRETATION_B_W:
    case VIPS_INTERPRETATION_sRGB:
    case VIPS_INTERPRETATION_RGB:
    case VIPS_INTERPRETATION_RGB16:
    case VIPS_INTERPRETATION_GREY16:
    case VIPS_INTERPRETATION_MULTIBAND:
      return TRUE;
    default:
      return FALSE;
    }
}

static gboolean
is_colour_space (VipsInterpretation interpretation)
{
  switch (interpretation)
    {
    case VIPS_INTERPRETATION_B_W:
    case VIPS_INTERPRETATION_MULTIBAND:
    case VIPS_INTERPRETATION_ERROR:
    case VIPS_INTERPRETATION_HISTOGRAM:
    case VIPS_INTERPRETATION_MATRIX:
    case VIPS_INTERPRETATION_FOURIER:
      return FALSE;
    default:
      return TRUE;
    }
}

static const char *
number_kind (VipsBandFormat format)
{
  switch (format)
    {
    case VIPS_FORMAT_FLOAT:
    case VIPS_FORMAT_DOUBLE:
      return "floating-point numbers";
    case VIPS_FORMAT_COMPLEX:
    case VIPS_FORMAT_DPCOMPLEX:
      return "complex numbers";
    case VIPS_FORMAT_UINT:
      return "32-bit numbers";
    default:
      return "signed numbers";
    }
}

/* Bands without alpha and others. */
static int
n_colour_bands (VipsImage *image)
{
  int n = vips_image_get_bands (image);

  if (vips_image_get_interpretation (image) == VIPS_INTERPRETATION_CMYK)
    return MIN (n, 4);

  return n <= 2 ? 1 : 3;
}

/* Converts the colour bands and puts alpha, at the same scale, beside them
 * again: the colour operations' own treatment of it differs by version. */
static gboolean
convert_colour (Read    *job,
                gboolean with_profile)
{
  VipsImage *in = job->image;
  VipsImage *t[6] = { NULL };
  int        n = n_colour_bands (in);
  gboolean   alpha = vips_image_get_bands (in) > n;
  double     most = vips_interpretation_max_alpha (
                      vips_image_get_interpretation (in));
  gboolean   done;

  if (vips_image_get_format (in) == VIPS_FORMAT_UCHAR)
    most = 255.0;
  else if (vips_image_get_format (in) == VIPS_FORMAT_USHORT)
    most = 65535.0;

  done = vips_extract_band (in, &t[0], 0, "n", n, NULL) == 0;
  if (done && with_profile)
    done = vips_icc_transform (t[0], &t[1], "srgb", "embedded", TRUE,
                               "depth", 16, NULL) == 0;
  else if (done)
    done = vips_colourspace (t[0], &t[1],
                             n == 1 ? VIPS_INTERPRETATION_GREY16
                                    : VIPS_INTERPRETATION_RGB16, NULL) == 0;

  if (done && alpha)
    done = vips_extract_band (in, &t[2], n, NULL) == 0
           && vips_linear1 (t[2], &t[3], 65535.0 / most, 0.5, NULL) == 0
           && vips_cast (t[3], &t[4], VIPS_FORMAT_USHORT, NULL) == 0
           && vips_bandjoin2 (t[1], t[4], &t[5], NULL) == 0;

  if (done)
    replace_image (job, g_object_ref (alpha ? t[5] : t[1]));

  for (guint i = 0; i < G_N_ELEMENTS (t); i++)
    g_clear_object (&t[i]);

  return done;
}

/* Many cameras and GIMP itself embed profiles that are sRGB under various
 * names. Whether one is, a few colours tell: all within a rounding step. */
static gboolean
profile_differs (VipsImage *image)
{
  enum { STEPS = 6 };
  int           n = n_colour_bands (image);
  int           width = n == 1 ? 256 : STEPS * STEPS * STEPS;
  g_autofree guint8 *patches = g_malloc0 ((gsize) width * n);
  g_autoptr (VipsImage) probe = NULL;
  g_autoptr (VipsImage) tagged = NULL;
  g_autoptr (VipsImage) result = NULL;
  g_autofree guint8 *converted = NULL;
  gconstpointer profile;
  gsize         profile_size, size;
  gboolean      differs = FALSE;

  if (vips_image_get_blob (image, VIPS_META_ICC_NAME, &profile,
                           &profile_size) != 0)
    return FALSE;

  for (int i = 0; i < width; i++)
    for (int c = 0, rest = i; c < n; c++, rest /= STEPS)
      patches[i * n + c] = n == 1 ? i : rest % STEPS * 51;

  probe = vips_image_new_from_memory (patches, (gsize) width * n, width, 1, n,
                                      VIPS_FORMAT_UCHAR);
  if (probe == NULL
      || vips_copy (probe, &tagged, "interpretation",
                    n == 1 ? VIPS_INTERPRETATION_B_W
                           : VIPS_INTERPRETATION_sRGB, NULL) != 0)
    return FALSE;

  vips_image_set_blob_copy (tagged, VIPS_META_ICC_NAME, profile, profile_size);
  if (vips_icc_transform (tagged, &result, "srgb", "embedded", TRUE,
                          "depth", 8, NULL) != 0)
    {
      /* A damaged profile, or one of another kind of picture: GIMP, too, then
       * takes the values as sRGB. */
      vips_error_clear ();
      return FALSE;
    }

  converted = vips_image_write_to_memory (result, &size);
  if (converted == NULL || size != (gsize) width * 3)
    {
      vips_error_clear ();
      return FALSE;
    }

  for (int i = 0; i < width && !differs; i++)
    for (int c = 0; c < 3; c++)
      if (ABS (converted[i * 3 + c] - patches[i * n + (n == 1 ? 0 : c)]) > 1)
        differs = TRUE;

  return differs;
}

static gboolean
bring_to_srgb (Read *job)
{
  VipsImage         *image = job->image;
  VipsInterpretation space = vips_image_get_interpretation (image);
  VipsBandFormat     format = vips_image_get_format (image);
  gboolean           profile =
    vips_image_get_typeof (image, VIPS_META_ICC_NAME) != 0;

  if (vips_image_get_coding (image) != VIPS_CODING_NONE)
    {
      VipsImage *plain = NULL;

      return vips_colourspace (image, &plain, VIPS_INTERPRETATION_RGB16,
                               NULL) == 0
             && replace_image (job, plain);
    }

  if (is_full_scale (image))
    return profile && profile_differs (image) ? convert_colour (job, TRUE)
                                              : TRUE;

  if (!is_colour_space (space)
      || (format != VIPS_FORMAT_UCHAR && format != VIPS_FORMAT_USHORT
          && format != VIPS_FORMAT_FLOAT))
    return complain (job, "it stores %s, whose black and white are not known; "
                     "save it with 8 or 16 bits per channel",
                     number_kind (format));

  if (profile && convert_colour (job, TRUE))
    return TRUE;

  return convert_colour (job, FALSE);
}

/* Bands beyond colour and alpha, as TIFF may have, are of no known meaning. */
static gboolean
settle_bands (Read *job)
{
  int        n = vips_image_get_bands (job->image);
  VipsImage *fewer = NULL;

  if (n <= 4)
    return TRUE;

  return vips_extract_band (job->image, &fewer, 0, "n", 4, NULL) == 0
         && replace_image (job, fewer);
}

static gboolean
prepare (Read *job)
{
  if (!open_source (job, VIPS_ACCESS_SEQUENTIAL)
      || !check_size (job)
      || !turn (job)
      || !bring_to_srgb (job)
      || !settle_bands (job))
    return FALSE;

  job->info.width = vips_image_get_width (job->image);
  job->info.height = vips_image_get_height (job->image);
  job->info.channels = vips_image_get_bands (job->image);

  return TRUE;
}

ORD_CLONES static void
to_full_scale (const VipsPel *values,
               VipsBandFormat format,
               float         *out,
               gsize          n)
{
  if (format == VIPS_FORMAT_UCHAR)
    {
      #pragma omp simd
      for (gsize i = 0; i < n; i++)
        out[i] = values[i] / 255.0f;
    }
  else
    {
      const guint16 *wide = (const guint16 *) values;

      #pragma omp simd
      for (gsize i = 0; i < n; i++)
        out[i] = wide[i] / 65535.0f;
    }
}

static gboolean
deliver_rows (Read *job)
{
  const OrdImageInfo  *info = &job->info;
  const VipsBandFormat format = vips_image_get_format (job->image);
  const gsize          per_row = (gsize) info->width * info->channels;
  const int            strip = CLAMP ((gsize) (1 << 18) / per_row, 1, 64);
  g_autoptr (VipsRegion) region = vips_region_new (job->image);
  g_autofree float    *rows = g_new (float, per_row * strip);

  for (int y = 0; y < info->height; y += strip)
    {
      int      n = MIN (strip, info->height - y);
      VipsRect area = { 0, y, info->width, n };

      if (vips_region_prepare (region, &area) != 0)
        return FALSE;

      for (int i = 0; i < n; i++)
        to_full_scale (VIPS_REGION_ADDR (region, 0, y + i), format,
                       rows + i * per_row, per_row);

      job->sink (info, rows, y, n, job->user_data);
    }

  return TRUE;
}

static gboolean
read_once (Read *job)
{
  gboolean done = prepare (job) && (job->sink == NULL || deliver_rows (job));

  g_clear_object (&job->image);

  return done;
}

/* What libvips says, on one line. */
static char *
take_library_text (void)
{
  g_autofree char *text = vips_error_buffer_copy ();
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_autoptr (GString) reason = g_string_new (NULL);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_strstrip (lines[i]);
      if (*lines[i] != '\0' && strstr (reason->str, lines[i]) == NULL)
        g_string_append_printf (reason, "%s%s", reason->len > 0 ? "; " : "",
                                lines[i]);
    }

  return g_utf8_make_valid (reason->str, reason->len);
}

static void
set_read_error (const Read *job,
                GError    **error)
{
  g_autofree char *name = NULL;
  g_autofree char *reason = NULL;

  if (job->path != NULL)
    name = g_filename_display_name (job->path);

  if (job->complaint != NULL)
    reason = g_strdup (job->complaint);
  else if (job->path != NULL && !g_file_test (job->path, G_FILE_TEST_EXISTS))
    reason = g_strdup ("there is no such file");
  else if (job->path != NULL && g_file_test (job->path, G_FILE_TEST_IS_DIR))
    reason = g_strdup ("it is a folder");
  else
    reason = take_library_text ();

  g_set_error (error, ORD_ERROR, ORD_ERROR_IMAGE,
               "Cannot read the picture %s: %s",
               name != NULL ? name : "kept in the model",
               *reason != '\0' ? reason : "it is damaged");
}

gboolean
ord_image_read (const char       *path,
                GBytes           *bytes,
                gint64            max_pixels,
                OrdImageSinkFunc  sink,
                gpointer          user_data,
                OrdImageInfo     *info,
                GError          **error)
{
  Read     job = { .path = path, .bytes = bytes, .max_pixels = max_pixels,
                   .sink = sink, .user_data = user_data };
  gboolean done;

  g_return_val_if_fail ((path != NULL) != (bytes != NULL), FALSE);

  if (!ord_image_library_init (error))
    return FALSE;

  g_rw_lock_reader_lock (&library_lock);
  done = read_once (&job);
  g_rw_lock_reader_unlock (&library_lock);

  if (!done)
    {
      g_rw_lock_writer_lock (&library_lock);
      vips_error_clear ();
      g_clear_pointer (&job.complaint, g_free);
      done = read_once (&job);
      if (!done)
        set_read_error (&job, error);
      vips_error_clear ();
      g_rw_lock_writer_unlock (&library_lock);
    }

  if (done && info != NULL)
    *info = job.info;
  g_free (job.complaint);

  return done;
}
