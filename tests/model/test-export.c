/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a model gives to other programs: a network that finds the model's own
 * features of its pictures by nothing but what the file says, tables and arrays
 * with what they claim, and never half a file.
 */
#include "model/ord-export.h"

#include <json-glib/json-glib.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "../onnx/net-fixture.h"
#include "model-fixture.h"
#include "onnx/ord-onnx-session.h"
#include "onnx/ord-onnx.h"
#include "training-fixture.h"

/* -- tables and arrays ---------------------------------------------------------- */

typedef gboolean (*ExportFunc) (OrdModel   *model,
                                OrdOutput  *output,
                                GError    **error);

/* (transfer full): what it writes. */
static char *
export (Place      *place,
        ExportFunc  call,
        OrdModel   *model,
        gsize      *size)
{
  g_autoptr (GError)    error = NULL;
  g_autoptr (OrdOutput) output = NULL;
  char                 *text;

  output = ord_output_new (place->path, "table", 0, &error);
  g_assert_no_error (error);
  call (model, output, &error);
  g_assert_no_error (error);
  ord_output_commit (output, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (place_count_files (place), ==, 1);
  g_file_get_contents (place->path, &text, size, &error);
  g_assert_no_error (error);
  return text;
}

/* The fixture's, with texts that would break a table. */
static OrdModel *
model_with_odd_names (void)
{
  static const char * const  labels[] = { "x\ty", "größe", NULL };
  OrdModelParts             *parts = fixture_parts ("Odd");
  OrdDataset                *old = parts->dataset;
  OrdCovariate               covariates[2];
  OrdDataset                *odd;

  for (guint i = 0; i < 2; i++)
    covariates[i] = *ord_dataset_get_covariate (old, i);
  odd = ord_dataset_new ("/odd", "", labels, covariates, 2);
  for (guint i = 0; i < FIXTURE_SAMPLES; i++)
    {
      OrdSample sample = *ord_dataset_get_sample (old, i);

      if (i == 1)
        sample.file = (char *) "a\tb\r\nc.png";
      ord_dataset_append (odd, &sample);
    }
  g_object_unref (old);
  parts->dataset = odd;
  return ord_model_new (parts);
}

static void
test_features_table (Place         *place,
                     gconstpointer  data)
{
  g_autoptr (OrdModel)  model = model_with_odd_names ();
  const float          *features = ord_model_get_parts (model)->features;
  gsize                 size;
  g_autofree char      *text = export (place, ord_export_features_table, model,
                                       &size);
  g_auto (GStrv)        lines = g_strsplit (text, "\n", -1);

  g_assert_cmpuint (g_strv_length (lines), ==, FIXTURE_SAMPLES + 1);
  g_assert_cmpstr (lines[FIXTURE_SAMPLES], ==, "");
  for (guint i = 0; i < FIXTURE_SAMPLES; i++)
    {
      g_auto (GStrv) cells = g_strsplit (lines[i], "\t", -1);

      g_assert_cmpuint (g_strv_length (cells), ==, FIXTURE_WIDTH);
      for (guint k = 0; k < FIXTURE_WIDTH; k++)
        g_assert_true ((float) g_ascii_strtod (cells[k], NULL) ==
                       features[i * FIXTURE_WIDTH + k]);
    }
}

static void
test_samples_table (Place         *place,
                    gconstpointer  data)
{
  g_autoptr (OrdModel)  model = model_with_odd_names ();
  OrdDataset           *dataset = ord_model_get_parts (model)->dataset;
  gsize                 size;
  g_autofree char      *text = export (place, ord_export_samples_table, model,
                                       &size);
  g_auto (GStrv)        lines = g_strsplit (text, "\n", -1);

  g_assert_cmpuint (g_strv_length (lines), ==, FIXTURE_SAMPLES + 2);
  g_assert_cmpstr (lines[0], ==, "file\tx y\tgröße\tsplit\tage\tsex");
  for (guint i = 0; i < FIXTURE_SAMPLES; i++)
    {
      const OrdSample *sample = ord_dataset_get_sample (dataset, i);
      g_auto (GStrv)   cells = g_strsplit (lines[i + 1], "\t", -1);

      g_assert_cmpuint (g_strv_length (cells), ==, 6);
      if (i == 1)
        g_assert_cmpstr (cells[0], ==, "a b  c.png");
      else
        g_assert_cmpstr (cells[0], ==, sample->file);
      g_assert_true (g_ascii_strtod (cells[1], NULL) == sample->labels[0]);
      g_assert_true (g_ascii_strtod (cells[2], NULL) == sample->labels[1]);
      g_assert_cmpstr (cells[3], ==, i < FIXTURE_REFERENCES ? "train"
                                     : i < 20 ? "validation" : "test");
      if (isnan (sample->covariates[0]))
        g_assert_cmpstr (cells[4], ==, "");
      else
        g_assert_true (g_ascii_strtod (cells[4], NULL) ==
                       sample->covariates[0]);
      g_assert_cmpstr (cells[5], ==, isnan (sample->covariates[1]) ? ""
                                     : sample->covariates[1] > 0.5 ? "male"
                                                                   : "female");
    }
}

/* The numbers behind a header that is @expected, filled up with spaces to a
 * multiple of 64 bytes, as the format wants it. */
static const char *
skip_array_header (const char *array,
                   gsize       size,
                   const char *expected,
                   gsize       n_bytes)
{
  gsize length;

  g_assert_cmpuint (size, >, 10);
  g_assert_cmpmem (array, 8, "\x93NUMPY\x01\x00", 8);
  length = (guint8) array[8] + 256 * (gsize) (guint8) array[9];
  g_assert_cmpuint ((10 + length) % 64, ==, 0);
  g_assert_cmpuint (size, ==, 10 + length + n_bytes);
  g_assert_cmpint (array[10 + length - 1], ==, '\n');
  g_assert_cmpmem (array + 10, strlen (expected), expected, strlen (expected));
  for (gsize i = strlen (expected); i < length - 1; i++)
    g_assert_cmpint (array[10 + i], ==, ' ');
  return array + 10 + length;
}

/* Byte by byte, whatever this machine's order is. */
static guint64
read_little_endian (const char *bytes,
                    guint       n)
{
  guint64 bits = 0;

  for (guint i = n; i-- > 0;)
    bits = bits << 8 | (guint8) bytes[i];
  return bits;
}

static void
test_arrays (Place         *place,
             gconstpointer  data)
{
  g_autoptr (OrdModel)  model = model_with_odd_names ();
  const OrdModelParts  *parts = ord_model_get_parts (model);
  guint                 n = FIXTURE_SAMPLES * FIXTURE_WIDTH;
  gsize                 size;
  g_autofree char      *features = export (place, ord_export_features_array,
                                           model, &size);
  g_autofree char      *labels = NULL;
  const char           *numbers;

  numbers = skip_array_header (features, size, "{'descr': '<f4', "
                               "'fortran_order': False, 'shape': (24, 5), }",
                               4 * n);
  for (guint i = 0; i < n; i++)
    {
      guint32 bits = (guint32) read_little_endian (numbers + 4 * i, 4);

      g_assert_cmpmem (&bits, 4, &parts->features[i], 4);
    }

  labels = export (place, ord_export_labels_array, model, &size);
  numbers = skip_array_header (labels, size, "{'descr': '<f8', "
                               "'fortran_order': False, 'shape': (24, 2), }",
                               8 * 2 * FIXTURE_SAMPLES);
  for (guint i = 0; i < 2 * FIXTURE_SAMPLES; i++)
    {
      guint64       bits = read_little_endian (numbers + 8 * i, 8);
      const double *expected =
        ord_dataset_get_sample (parts->dataset, i / 2)->labels;

      g_assert_cmpmem (&bits, 8, &expected[i % 2], 8);
    }
}

static void
limit_file_size (rlim_t size)
{
  struct rlimit limit = { size, RLIM_INFINITY };

  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
}

/* The file that was there stays, and nothing else is left. */
static void
test_no_half_file (Place         *place,
                   gconstpointer  data)
{
  static const ExportFunc  calls[] = { ord_export_features_table,
                                       ord_export_samples_table,
                                       ord_export_features_array,
                                       ord_export_labels_array };
  g_autoptr (OrdModel)     model = model_with_odd_names ();

  fixture_write (place->path, "old", 3);
  signal (SIGXFSZ, SIG_IGN);
  for (guint i = 0; i < G_N_ELEMENTS (calls); i++)
    for (rlim_t size = 0; size < 300; size += 100)
      {
        g_autoptr (GError)    error = NULL;
        g_autofree char      *text = NULL;
        OrdOutput            *output = ord_output_new (place->path, "table", 0,
                                                       &error);

        g_assert_no_error (error);
        limit_file_size (size);
        g_assert_false (calls[i] (model, output, &error) &&
                        ord_output_commit (output, &error));
        limit_file_size (RLIM_INFINITY);
        g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
        g_assert_nonnull (strstr (error->message, "the old file is unchanged"));
        ord_output_free (output);
        g_assert_cmpuint (place_count_files (place), ==, 1);
        g_file_get_contents (place->path, &text, NULL, NULL);
        g_assert_cmpstr (text, ==, "old");
      }
  signal (SIGXFSZ, SIG_DFL);
}

/* -- the encoder ------------------------------------------------------------------ */

/* The sample gauges with two covariates, of which some are not known. */
static OrdDataset *
read_with_covariates (Training *training)
{
  g_autofree char     *path = g_build_filename (training->folder, "labels.csv",
                                                NULL);
  g_autoptr (GError)   error = NULL;
  g_autoptr (GString)  table = g_string_new (NULL);
  g_autofree char     *text = NULL;
  g_auto (GStrv)       lines = NULL;
  gboolean             headed = FALSE;
  OrdDataset          *dataset;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  lines = g_strsplit (g_strchomp (text), "\n", -1);
  for (guint i = 0; lines[i]; i++)
    {
      if (*lines[i] == '#')
        g_string_append_printf (table, "%s\n", lines[i]);
      else if (!headed)
        g_string_append_printf (table, "%s,age,sex\n", lines[i]);
      else
        g_string_append_printf (table, "%s,%s%s\n", lines[i],
                                i % 5 == 0 ? "" : i % 2 ? "30" : "41.5",
                                i % 7 == 0 ? "," : i % 3 ? ",F" : ",M");
      headed |= *lines[i] != '#';
    }
  g_assert_true (g_file_set_contents (path, table->str, -1, NULL));
  dataset = ord_dataset_read (training->folder, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (ord_dataset_get_n_covariates (dataset), ==, 2);
  return dataset;
}

static GBytes *
export_encoder (OrdModel   *model,
                const char *folder)
{
  g_autoptr (GError)       error = NULL;
  g_autoptr (OrdPredictor) predictor = ord_predictor_new (model, &error);
  g_autofree char         *path = g_build_filename (folder, "encoder.onnx",
                                                    NULL);
  g_autoptr (OrdOutput)    output = NULL;

  g_assert_no_error (error);
  output = ord_output_new (path, "network", 0, &error);
  g_assert_no_error (error);
  ord_export_encoder (predictor, FALSE, output, &error);
  g_assert_no_error (error);
  ord_output_commit (output, &error);
  g_assert_no_error (error);
  return fixture_read (path);
}

/* As the file says: {name, mean, sd} or {name, categories}. @row: zeros;
 * Returns: how many numbers */
static guint
encode_covariates (const OrdOnnx   *onnx,
                   OrdDataset      *dataset,
                   const OrdSample *sample,
                   float           *row)
{
  g_autoptr (JsonParser)  parser = json_parser_new ();
  JsonArray              *list;
  guint                   n = 0;

  g_assert_true (json_parser_load_from_data (
    parser, ord_onnx_get_metadata (onnx, "covariates"), -1, NULL));
  list = json_node_get_array (json_parser_get_root (parser));
  g_assert_cmpuint (json_array_get_length (list), ==,
                    ord_dataset_get_n_covariates (dataset));
  for (guint i = 0; i < json_array_get_length (list); i++)
    {
      JsonObject         *object = json_array_get_object_element (list, i);
      const OrdCovariate *covariate = ord_dataset_get_covariate (dataset, i);
      double              value = sample->covariates[i];

      g_assert_cmpstr (json_object_get_string_member (object, "name"), ==,
                       covariate->name);
      if (json_object_has_member (object, "categories"))
        {
          JsonArray *names = json_object_get_array_member (object,
                                                           "categories");

          for (guint k = 0; k < json_array_get_length (names); k++)
            row[n++] = !isnan (value) &&
                       g_str_equal (json_array_get_string_element (names, k),
                                    covariate->categories[(guint) value]);
        }
      else
        row[n++] = isnan (value) ? 0.0f : (float) (
          (value - json_object_get_double_member (object, "mean")) /
          json_object_get_double_member (object, "sd"));
    }
  return n;
}

/* From a picture's file to its feature by the exported file alone. */
static void
compute_feature (GBytes          *bytes,
                 const OrdOnnx   *onnx,
                 OrdDataset      *dataset,
                 const OrdSample *sample,
                 guint            n_expected,
                 float           *feature)
{
  g_autoptr (GError)         error = NULL;
  int  height = atoi (ord_onnx_get_metadata (onnx, "height"));
  int  width = atoi (ord_onnx_get_metadata (onnx, "width"));
  int  channels = atoi (ord_onnx_get_metadata (onnx, "channels"));
  g_auto (GStrv)             means =
    g_strsplit (ord_onnx_get_metadata (onnx, "mean"), ",", -1);
  g_auto (GStrv)             sds =
    g_strsplit (ord_onnx_get_metadata (onnx, "sd"), ",", -1);
  g_autoptr (OrdImage)       image = NULL;
  g_autofree float          *input = g_new (float, channels * height * width);
  float                      row[8] = { 0 };
  guint                      n_row = encode_covariates (onnx, dataset, sample,
                                                        row);
  g_autoptr (GBytes)         fixed = NULL;
  g_autoptr (OrdOnnxSession) session = NULL;
  guint                      n_features;

  g_assert_cmpstr (ord_onnx_get_metadata (onnx, "resize"), ==, "pad");
  image = ord_image_load (sample->path, width, height, channels, ORD_FIT_PAD,
                          &error);
  g_assert_no_error (error);
  for (int c = 0; c < channels; c++)
    for (int k = 0; k < height * width; k++)
      input[c * height * width + k] =
        (image->pixels[k * channels + c] -
         (float) g_ascii_strtod (means[c], NULL)) /
        (float) g_ascii_strtod (sds[c], NULL);

  fixed = n_row > 0 ? net_fix_rows (bytes, "covariates", n_row, row) : g_bytes_ref (bytes);
  session = ord_onnx_session_new (fixed, "encoder.onnx", NULL, 1, &error);
  g_assert_no_error (error);
  ord_onnx_session_probe (session, (guint) height, (guint) width, &n_features,
                          &error);
  g_assert_no_error (error);
  g_assert_cmpuint (n_features, ==, n_expected);
  ord_onnx_session_run (session, 1, (guint) height, (guint) width, input,
                        feature, &error);
  g_assert_no_error (error);
}

static void
check_encoder (OrdDataset *dataset,
               Training   *training,
               const char *method)
{
  g_autoptr (OrdTrainer)  trainer = ord_trainer_new (dataset, "Gauges", method,
                                                     "compact",
                                                     training->options);
  g_autoptr (GError)      error = NULL;
  g_autoptr (OrdModel)    model = ord_trainer_run (trainer, NULL, NULL, NULL,
                                                   &error);
  const OrdModelParts    *parts;
  g_autoptr (GBytes)      bytes = NULL;
  g_autoptr (OrdOnnx)     onnx = NULL;
  double                  largest = 0.0;

  g_assert_no_error (error);
  parts = ord_model_get_parts (model);
  bytes = export_encoder (model, training->folder);
  onnx = ord_onnx_parse (bytes, "encoder.onnx", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (ord_onnx_get_metadata (onnx, "title"), ==, "Gauges");
  g_assert_cmpstr (ord_onnx_get_metadata (onnx, "method"), ==, method);
  g_assert_cmpstr (ord_onnx_get_metadata (onnx, "labels"), ==, "[\"value\"]");
  g_assert_cmpstr (ord_onnx_get_metadata (onnx, "unit"), ==, "bar");
  g_assert_cmpfloat_with_epsilon (
    g_ascii_strtod (ord_onnx_get_metadata (onnx, "radius"), NULL),
    parts->radius, 1e-6);
  for (guint i = 0; i < 16; i++)
    {
      float *feature = g_newa (float, parts->width);

      compute_feature (bytes, onnx, parts->dataset,
                       ord_dataset_get_sample (parts->dataset, i), parts->width,
                       feature);
      for (guint k = 0; k < parts->width; k++)
        {
          float expected = parts->features[i * parts->width + k];

          largest = fmax (largest, fabs (expected));
          g_assert_cmpfloat_with_epsilon (feature[k], expected, 1e-4);
        }
    }
  g_assert_cmpfloat (largest, >, 1e-2);
}

/* rm-loss multiplies features by a number that it learns. */
static void
test_encoder (void)
{
  static const char * const methods[] = { "rm-loss", "l1" };

  for (guint i = 0; i < G_N_ELEMENTS (methods); i++)
    {
      Training training;

      training_init (&training, methods[i]);
      check_encoder (training.dataset, &training, methods[i]);
      training_clear (&training);
    }
}

/* The model's features are means with those of mirror images, and so are the file's. */
static void
test_encoder_with_flips (void)
{
  Training training;

  training_init (&training, NULL);
  g_assert_true (ord_options_set (training.options, "flip-vertical", 1, NULL));
  check_encoder (training.dataset, &training, "rm-loss");
  training_clear (&training);
}

static void
test_encoder_with_covariates (void)
{
  g_autoptr (OrdDataset) dataset = NULL;
  Training               training;

  training_init (&training, NULL);
  dataset = read_with_covariates (&training);
  check_encoder (dataset, &training, "rm-loss");
  training_clear (&training);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, test) \
  g_test_add ("/export/" name, Place, NULL, place_set_up, test, place_tear_down)

  ADD ("the-features-table-is-for-the-projector", test_features_table);
  ADD ("the-samples-table-has-a-line-for-each", test_samples_table);
  ADD ("arrays-are-numpys", test_arrays);
  ADD ("there-is-no-half-file", test_no_half_file);
  g_test_add_func ("/export/the-file-alone-gives-the-models-features",
                   test_encoder);
  g_test_add_func ("/export/and-with-covariates", test_encoder_with_covariates);
  g_test_add_func ("/export/and-with-mirror-images", test_encoder_with_flips);

  return g_test_run ();
}
