/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reading pictures of many kinds, and refusing what is none. The test files are
 * made here with libvips.
 */
#include "data/ord-image-reader.h"
#include "fixture.h"

#include <glib/gstdio.h>
#include <string.h>
#include <vips/vips.h>

/* (transfer full): values that run through the range, 8-bit where @most is 255. */
static VipsImage *
make_image (int width,
            int height,
            int bands,
            int most)
{
  gsize n = (gsize) width * height * bands;
  g_autofree guint16 *wide = g_new (guint16, n);
  g_autofree guint8 *narrow = g_new (guint8, n);
  VipsImage *image, *tagged = NULL;
  gboolean grey = bands <= 2;

  for (gsize i = 0; i < n; i++)
    {
      wide[i] = (i * 7919 + 13) % (most + 1);
      narrow[i] = wide[i];
    }

  image = vips_image_new_from_memory_copy (
    most > 255 ? (void *) wide : (void *) narrow, n * (most > 255 ? 2 : 1),
    width, height, bands, most > 255 ? VIPS_FORMAT_USHORT : VIPS_FORMAT_UCHAR);
  vips_copy (image, &tagged, "interpretation",
             most > 255 ? (grey ? VIPS_INTERPRETATION_GREY16
                                : VIPS_INTERPRETATION_RGB16)
                        : (grey ? VIPS_INTERPRETATION_B_W
                                : VIPS_INTERPRETATION_sRGB), NULL);
  g_object_unref (image);

  return tagged;
}

static char *
save (const Folder *folder,
      VipsImage    *image,
      const char   *name)
{
  char *path = folder_path (folder, name);

  if (vips_image_write_to_file (image, path, NULL) != 0)
    g_error ("%s", vips_error_buffer ());

  /* Without the options of the name. */
  if (strrchr (path, '[') != NULL)
    *strrchr (path, '[') = '\0';

  return path;
}

static OrdImage *
load (const char *path,
      int         width,
      int         height,
      int         channels)
{
  g_autoptr (GError) error = NULL;
  OrdImage *image = ord_image_load (path, width, height, channels, ORD_FIT_PAD,
                                    &error);

  g_assert_no_error (error);

  return image;
}

static void
assert_load_error (const char *path,
                   const char *says)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *name = g_path_get_basename (path);

  g_assert_null (ord_image_load (path, 8, 8, 1, ORD_FIT_PAD, &error));
  assert_error_says (error, ORD_ERROR, ORD_ERROR_IMAGE, says);
  g_assert_nonnull (strstr (error->message, name));
}

static void
test_exact (void)
{
  static const struct { const char *name; int bands, most; } cases[] = {
    { "g8.png", 1, 255 }, { "c8.png", 3, 255 }, { "g16.png", 1, 65535 },
    { "c16.png", 3, 65535 }, { "g8.tif", 1, 255 }, { "c16.tif", 3, 65535 },
    { "c8.tif[compression=lzw,tile]", 3, 255 }, { "c8.webp[lossless]", 3, 255 },
    { "i8.png[interlace]", 3, 255 }, { "a name [1].png", 1, 255 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Folder) folder = folder_new ();
      g_autoptr (VipsImage) source = make_image (33, 21, cases[i].bands,
                                                 cases[i].most);
      g_autofree char *path = NULL;
      g_autoptr (OrdImage) image = NULL;
      int width, height, channels;

      if (g_str_has_prefix (cases[i].name, "a name"))
        {
          g_autofree char *plain = save (&folder, source, "plain.png");

          path = folder_path (&folder, cases[i].name);
          g_assert_cmpint (g_rename (plain, path), ==, 0);
        }
      else
        {
          path = save (&folder, source, cases[i].name);
        }

      image = load (path, 33, 21, cases[i].bands);
      for (int j = 0; j < 33 * 21 * cases[i].bands; j++)
        {
          float most = cases[i].most;

          g_assert_cmpfloat (image->pixels[j], ==,
                             (float) ((j * 7919 + 13) % (cases[i].most + 1))
                             / most);
        }

      g_assert_true (ord_image_probe (path, &width, &height, &channels, NULL));
      g_assert_cmpint (width, ==, 33);
      g_assert_cmpint (height, ==, 21);
      g_assert_cmpint (channels, ==, cases[i].bands);
    }
}

static void
test_alpha (void)
{
  for (int bands = 2; bands <= 4; bands += 2)
    for (int most = 255; most <= 65535; most += 65280)
      {
        g_auto (Folder) folder = folder_new ();
        g_autoptr (VipsImage) source = make_image (9, 7, bands, most);
        g_autofree char *path = save (&folder, source, "a.png");
        g_autoptr (OrdImage) image = load (path, 9, 7, 3);

        for (int i = 0; i < 9 * 7; i++)
          {
            float alpha = ((i * bands + bands - 1) * 7919 + 13)
                          % (most + 1) / (float) most;
            float first = (i * bands * 7919 + 13) % (most + 1) / (float) most;

            g_assert_cmpfloat_with_epsilon (image->pixels[3 * i],
                                            first * alpha + 1.0f - alpha, 1e-6);
          }
      }
}

static void
test_palette_and_bits (void)
{
  g_auto (Folder) folder = folder_new ();
  g_autofree guint8 *values = g_malloc (16 * 16);
  g_autofree guint8 *colours = g_malloc (16 * 16 * 3);
  g_autoptr (VipsImage) grey = NULL;
  g_autoptr (VipsImage) colour = NULL;
  g_autoptr (VipsImage) tagged = NULL;
  g_autofree char *bit_path = NULL;
  g_autofree char *tiff_path = NULL;
  g_autofree char *palette_path = NULL;
  g_autoptr (OrdImage) bits = NULL;
  g_autoptr (OrdImage) tiff = NULL;
  g_autoptr (OrdImage) palette = NULL;

  for (int i = 0; i < 256; i++)
    {
      values[i] = i % 3 == 0 ? 255 : 0;
      for (int c = 0; c < 3; c++)
        colours[3 * i + c] = i % 4 == c ? 255 : 0;
    }

  grey = vips_image_new_from_memory_copy (values, 256, 16, 16, 1,
                                          VIPS_FORMAT_UCHAR);
  vips_copy (grey, &tagged, "interpretation", VIPS_INTERPRETATION_B_W, NULL);
  colour = vips_image_new_from_memory_copy (colours, 768, 16, 16, 3,
                                            VIPS_FORMAT_UCHAR);
  bit_path = save (&folder, tagged, "bits.png[bitdepth=1]");
  tiff_path = save (&folder, tagged, "bits.tif[bitdepth=1]");
  palette_path = save (&folder, colour, "palette.png[palette]");

  bits = load (bit_path, 16, 16, 1);
  tiff = load (tiff_path, 16, 16, 1);
  palette = load (palette_path, 16, 16, 3);
  for (int i = 0; i < 256; i++)
    {
      g_assert_cmpfloat (bits->pixels[i], ==, values[i] / 255.0f);
      g_assert_cmpfloat (tiff->pixels[i], ==, values[i] / 255.0f);
      for (int c = 0; c < 3; c++)
        g_assert_cmpfloat_with_epsilon (palette->pixels[3 * i + c],
                                        colours[3 * i + c] / 255.0f, 0.02);
    }
}

/* A 2 × 3 picture whose pixels are 0, 1, … as shown after turning. */
static void
test_orientation (void)
{
  static const guint8 turned[9][6] = {
    [1] = { 0, 1, 2, 3, 4, 5 }, [2] = { 1, 0, 3, 2, 5, 4 },
    [3] = { 5, 4, 3, 2, 1, 0 }, [4] = { 4, 5, 2, 3, 0, 1 },
    [5] = { 0, 2, 4, 1, 3, 5 }, [6] = { 4, 2, 0, 5, 3, 1 },
    [7] = { 5, 3, 1, 4, 2, 0 }, [8] = { 1, 3, 5, 0, 2, 4 },
  };
  const guint8 values[] = { 0, 40, 80, 120, 160, 200 };

  for (int orientation = 1; orientation <= 8; orientation++)
    {
      g_auto (Folder) folder = folder_new ();
      g_autoptr (VipsImage) plain =
        vips_image_new_from_memory_copy (values, 6, 2, 3, 1, VIPS_FORMAT_UCHAR);
      g_autoptr (VipsImage) tagged = NULL;
      g_autofree char *path = NULL;
      g_autoptr (OrdImage) image = NULL;
      int width, height, expected_width = orientation >= 5 ? 3 : 2;

      vips_copy (plain, &tagged, "interpretation", VIPS_INTERPRETATION_B_W,
                 NULL);
      vips_image_set_int (tagged, VIPS_META_ORIENTATION, orientation);
      path = save (&folder, tagged, "turned.tif");

      g_assert_true (ord_image_probe (path, &width, &height, NULL, NULL));
      g_assert_cmpint (width, ==, expected_width);
      g_assert_cmpint (height, ==, 5 - expected_width);

      image = load (path, width, height, 1);
      for (int i = 0; i < 6; i++)
        g_assert_cmpfloat (image->pixels[i], ==,
                           values[turned[orientation][i]] / 255.0f);
    }
}

static void
test_first_page (void)
{
  g_auto (Folder) folder = folder_new ();
  g_autoptr (VipsImage) source = make_image (8, 24, 1, 255);
  g_autofree char *path = save (&folder, source, "pages.tif[page_height=8]");
  g_autoptr (OrdImage) image = NULL;
  int width, height;

  g_assert_true (ord_image_probe (path, &width, &height, NULL, NULL));
  g_assert_cmpint (height, ==, 8);
  image = load (path, 8, 8, 1);
  g_assert_cmpfloat (image->pixels[0], ==, 13 / 255.0f);
}

static void
test_profiles (void)
{
  static const struct { const char *profile; gboolean changes; } cases[] = {
    { "srgb", FALSE }, { "p3", TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Folder) folder = folder_new ();
      g_autoptr (VipsImage) source = make_image (32, 32, 4, 255);
      VipsBlob *profile = NULL;
      g_autofree char *path = NULL;
      g_autofree char *plain_path = save (&folder, source, "plain.png");
      g_autoptr (OrdImage) image = NULL;
      g_autoptr (OrdImage) plain = NULL;
      gconstpointer data;
      size_t size;
      float most = 0.0f;

      g_assert_cmpint (vips_profile_load (cases[i].profile, &profile, NULL),
                       ==, 0);
      data = vips_blob_get (profile, &size);
      vips_image_set_blob_copy (source, VIPS_META_ICC_NAME, data, size);
      vips_area_unref (VIPS_AREA (profile));
      path = save (&folder, source, "profile.png");

      image = load (path, 32, 32, 3);
      plain = load (plain_path, 32, 32, 3);
      for (int j = 0; j < 32 * 32 * 3; j++)
        most = MAX (most, ABS (image->pixels[j] - plain->pixels[j]));

      if (cases[i].changes)
        g_assert_cmpfloat (most, >, 0.02);
      else
        g_assert_cmpfloat (most, ==, 0.0);
    }
}

static void
test_cmyk (void)
{
  g_auto (Folder) folder = folder_new ();
  g_autofree guint8 *ink = g_malloc0 (16 * 16 * 4);
  g_autoptr (VipsImage) plain = NULL;
  g_autoptr (VipsImage) tagged = NULL;
  g_autofree char *path = NULL;
  g_autoptr (OrdImage) image = NULL;

  for (int i = 0; i < 128; i++)
    ink[4 * i + 1] = ink[4 * i + 2] = 255; /* red above, white below */

  plain = vips_image_new_from_memory_copy (ink, 1024, 16, 16, 4,
                                           VIPS_FORMAT_UCHAR);
  vips_copy (plain, &tagged, "interpretation", VIPS_INTERPRETATION_CMYK, NULL);
  path = save (&folder, tagged, "ink.tif");

  image = load (path, 16, 16, 3);
  g_assert_cmpfloat (image->pixels[0], >, 0.7);
  g_assert_cmpfloat (image->pixels[1], <, 0.35);
  for (int c = 0; c < 3; c++)
    g_assert_cmpfloat (image->pixels[255 * 3 + c], >, 0.97);
}

static void
test_float_refused (void)
{
  g_auto (Folder) folder = folder_new ();
  g_autoptr (VipsImage) source = make_image (8, 8, 1, 255);
  g_autoptr (VipsImage) real = NULL;
  g_autofree char *path = NULL;

  vips_cast (source, &real, VIPS_FORMAT_FLOAT, NULL);
  path = save (&folder, real, "real.tif");
  assert_load_error (path, "floating-point numbers");
}

static void
test_tiny_and_long (void)
{
  static const int sizes[][2] = { { 1, 1 }, { 20000, 1 }, { 1, 20000 } };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_auto (Folder) folder = folder_new ();
      g_autofree char *path = folder_path (&folder, "t.png");
      g_autoptr (OrdImage) image = NULL;

      folder_draw (&folder, "t.png", sizes[i][0], sizes[i][1], 0.4f);
      image = load (path, 24, 16, 1);
      for (int j = 0; j < 24 * 16; j++)
        g_assert_cmpfloat_with_epsilon (image->pixels[j], 0.4f, 1e-5);
    }
}

static void
test_truncated (void)
{
  static const char * const names[] = { "t.png", "t.jpg", "t.tif", "t.webp" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_auto (Folder) folder = folder_new ();
      g_autoptr (VipsImage) source = make_image (200, 200, 3, 255);
      g_autofree char *path = save (&folder, source, names[i]);
      g_autofree char *content = NULL;
      gsize length;

      g_assert_true (g_file_get_contents (path, &content, &length, NULL));
      folder_write (&folder, names[i], content, length / 2);
      assert_load_error (path, "Cannot read the picture");
      folder_write (&folder, names[i], content, 20);
      assert_load_error (path, "Cannot read the picture");
    }
}

static void
test_corrupt (void)
{
  g_auto (Folder) folder = folder_new ();
  g_autoptr (VipsImage) source = make_image (100, 100, 1, 255);
  g_autofree char *path = save (&folder, source, "c.png");
  g_autofree char *content = NULL;
  gsize length;

  g_assert_true (g_file_get_contents (path, &content, &length, NULL));
  for (gsize i = length / 2; i < length / 2 + 50; i++)
    content[i] ^= 0x5a;
  folder_write (&folder, "c.png", content, length);
  assert_load_error (path, "Cannot read the picture");
}

static void
test_no_picture (void)
{
  g_auto (Folder) folder = folder_new ();
  g_autofree char *text = folder_path (&folder, "text.png");
  g_autofree char *empty = folder_path (&folder, "empty.png");
  g_autofree char *missing = folder_path (&folder, "missing.png");
  g_autofree char *sub = folder_path (&folder, "sub.png");

  folder_write (&folder, "text.png", "file,value\na.png,1\n", -1);
  folder_write (&folder, "empty.png", "", 0);
  folder_write (&folder, "sub.png/x", "", 0);

  assert_load_error (text, "Cannot read the picture");
  assert_load_error (empty, "Cannot read the picture");
  assert_load_error (missing, "there is no such file");
  assert_load_error (sub, "it is a folder");
}

/* The head of a PNG file of this size; its checksum is right. */
static void
write_png_head (const Folder *folder,
                const char   *name,
                guint32       side)
{
  guint8 head[] = { 137, 80, 78, 71, 13, 10, 26, 10, 0, 0, 0, 13,
                    'I', 'H', 'D', 'R', 0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0,
                    0, 0, 0, 0, 0, 0, 0, 10, 'I', 'D', 'A', 'T', 0, 0 };
  guint32 big = GUINT32_TO_BE (side), crc = 0xffffffff;

  memcpy (head + 16, &big, 4);
  memcpy (head + 20, &big, 4);
  for (int i = 12; i < 29; i++)
    {
      crc ^= head[i];
      for (int bit = 0; bit < 8; bit++)
        crc = (crc >> 1) ^ (crc & 1 ? 0xedb88320 : 0);
    }
  crc = GUINT32_TO_BE (~crc);
  memcpy (head + 29, &crc, 4);
  folder_write (folder, name, (const char *) head, sizeof head);
}

static void
test_absurd_size (void)
{
  g_auto (Folder) folder = folder_new ();
  g_autofree char *path = folder_path (&folder, "huge.png");

  write_png_head (&folder, "huge.png", 60000);
  assert_load_error (path, "more than can be read");
}

static gpointer
load_bad (gpointer data)
{
  for (int i = 0; i < 40; i++)
    assert_load_error (data, strstr (data, "missing") != NULL
                             ? "there is no such file" : "text.png");

  return NULL;
}

/* The text of one failure must not name another that happens beside it. */
static void
test_errors_apart (void)
{
  g_auto (Folder) folder = folder_new ();
  g_autofree char *text = folder_path (&folder, "text.png");
  g_autofree char *missing = folder_path (&folder, "missing.png");
  GThread *threads[4];

  folder_write (&folder, "text.png", "text", -1);
  for (int i = 0; i < 4; i++)
    threads[i] = g_thread_new ("load", load_bad, i % 2 ? text : missing);
  for (int i = 0; i < 4; i++)
    g_thread_join (threads[i]);
}

static void
test_encode (void)
{
  g_autoptr (OrdImage) image = ord_image_new (40, 24, 3);
  g_autoptr (OrdImage) again = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;

  for (int i = 0; i < 40 * 24; i++)
    {
      image->pixels[3 * i] = i % 40 / 40.0f;
      image->pixels[3 * i + 1] = 0.5f;
      image->pixels[3 * i + 2] = i / 960.0f;
    }

  bytes = ord_image_encode (image, &error);
  g_assert_no_error (error);
  again = ord_image_decode (bytes, &error);
  g_assert_no_error (error);
  g_assert_cmpint (again->width, ==, 40);
  g_assert_cmpint (again->height, ==, 24);
  g_assert_cmpint (again->channels, ==, 3);
  for (int i = 0; i < 40 * 24 * 3; i++)
    g_assert_cmpfloat_with_epsilon (again->pixels[i], image->pixels[i], 0.08);
}

static void
test_decode_bad (void)
{
  g_autoptr (GBytes) nothing = g_bytes_new_static ("", 0);
  g_autoptr (GBytes) text = g_bytes_new_static ("text", 4);
  g_autoptr (GError) error = NULL;

  g_assert_null (ord_image_decode (nothing, &error));
  g_assert_error (error, ORD_ERROR, ORD_ERROR_IMAGE);
  g_clear_error (&error);
  g_assert_null (ord_image_decode (text, &error));
  g_assert_error (error, ORD_ERROR, ORD_ERROR_IMAGE);
}

static void
test_decode_bomb (void)
{
  g_auto (Folder) folder = folder_new ();
  g_autofree char *path = folder_path (&folder, "bomb.png");
  g_autofree char *content = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  gsize length;

  write_png_head (&folder, "bomb.png", 20000);
  g_assert_true (g_file_get_contents (path, &content, &length, NULL));
  bytes = g_bytes_new (content, length);
  g_assert_null (ord_image_decode (bytes, &error));
  assert_error_says (error, ORD_ERROR, ORD_ERROR_IMAGE, "20000 × 20000");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  allow_library_warnings ();
  g_assert_true (ord_image_library_init (NULL));

  g_test_add_func ("/image/values-are-read-exactly", test_exact);
  g_test_add_func ("/image/transparent-parts-are-white", test_alpha);
  g_test_add_func ("/image/palettes-and-bits-are-read", test_palette_and_bits);
  g_test_add_func ("/image/is-turned-as-exif-says", test_orientation);
  g_test_add_func ("/image/the-first-page-is-read", test_first_page);
  g_test_add_func ("/image/only-other-profiles-than-srgb-change-values",
                   test_profiles);
  g_test_add_func ("/image/ink-becomes-light", test_cmyk);
  g_test_add_func ("/image/numbers-without-black-and-white-are-refused",
                   test_float_refused);
  g_test_add_func ("/image/tiny-and-long-pictures-work", test_tiny_and_long);
  g_test_add_func ("/image/a-truncated-file-is-an-error", test_truncated);
  g_test_add_func ("/image/a-corrupt-file-is-an-error", test_corrupt);
  g_test_add_func ("/image/what-is-no-picture-is-an-error", test_no_picture);
  g_test_add_func ("/image/an-absurd-size-is-an-error", test_absurd_size);
  g_test_add_func ("/image/errors-of-two-threads-stay-apart",
                   test_errors_apart);
  g_test_add_func ("/image/a-thumbnail-comes-back", test_encode);
  g_test_add_func ("/image/a-bad-thumbnail-is-an-error", test_decode_bad);
  g_test_add_func ("/image/a-huge-thumbnail-is-refused", test_decode_bomb);

  return g_test_run ();
}
