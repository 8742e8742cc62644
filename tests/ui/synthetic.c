/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Models and answers for looking at the window without training.
 */
#include "synthetic.h"

#include <math.h>
#include <string.h>

#include <cairo.h>
#include <glib/gstdio.h>

#include "space/ord-answer.h"

#define WIDTH 6

static cairo_status_t
append_bytes (void                *closure,
              const unsigned char *data,
              unsigned int         length)
{
  g_byte_array_append (closure, data, length);

  return CAIRO_STATUS_SUCCESS;
}

static cairo_surface_t *
draw_gauge (double share,
            guint  seed,
            int    side)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24,
                                                         side, side);
  cairo_t *cr    = cairo_create (surface);
  double   angle = (0.75 + 1.5 * share) * G_PI;
  double   tint  = (seed * 37 % 100) / 100.0;

  cairo_scale (cr, side, side);
  cairo_set_source_rgb (cr, 0.30 + 0.3 * tint, 0.34, 0.45 - 0.2 * tint);
  cairo_paint (cr);
  cairo_set_source_rgb (cr, 0.95, 0.94, 0.88 + 0.1 * tint);
  cairo_arc (cr, 0.5, 0.5, 0.42, 0.0, 2.0 * G_PI);
  cairo_fill (cr);
  cairo_set_source_rgb (cr, 0.1, 0.1, 0.12);
  cairo_set_line_width (cr, 0.02);
  for (int i = 0; i <= 10; i++)
    {
      double at = (0.75 + 1.5 * i / 10.0) * G_PI;

      cairo_move_to (cr, 0.5 + 0.32 * cos (at), 0.5 + 0.32 * sin (at));
      cairo_line_to (cr, 0.5 + 0.39 * cos (at), 0.5 + 0.39 * sin (at));
    }
  cairo_stroke (cr);
  cairo_set_source_rgb (cr, 0.75, 0.1, 0.1);
  cairo_set_line_width (cr, 0.035);
  cairo_move_to (cr, 0.5, 0.5);
  cairo_line_to (cr, 0.5 + 0.33 * cos (angle), 0.5 + 0.33 * sin (angle));
  cairo_stroke (cr);
  cairo_destroy (cr);

  return surface;
}

static GBytes *
thumbnail (double share,
           guint  seed)
{
  cairo_surface_t *surface = draw_gauge (share, seed, 96);
  GByteArray      *bytes   = g_byte_array_new ();

  cairo_surface_write_to_png_stream (surface, append_bytes, bytes);
  cairo_surface_destroy (surface);

  return g_byte_array_free_to_bytes (bytes);
}

/* A sheet that bends with the value and is as wide as @side. */
static void
place (double   share,
       double   side,
       gboolean in_pieces,
       float   *feature)
{
  double angle = 3.6 * share;

  memset (feature, 0, sizeof (float) * WIDTH);
  feature[0] = 3.0 * cos (angle);
  feature[1] = 3.0 * sin (angle);
  feature[2] = 0.9 * side;
  feature[3] = 0.2 * sin (7.0 * side + angle);
  if (in_pieces && share > 0.5)
    feature[4] = 40.0f;
}

static OrdDataset *
make_dataset (const SyntheticOptions *options)
{
  const char *scalar[] = { "value", NULL };
  const char *vector[] = { "x", "y", "angle", "width", "height", NULL };
  char        female[] = "female", male[] = "male";
  char        sex[]    = "sex", height[] = "height_cm";
  char       *sexes[]  = { female, male, NULL };
  OrdCovariate covariates[] =
  {
    { sex, sexes, 0.0, 0.0 },
    { height, NULL, 150.0, 20.0 },
  };
  const char *names[6] = { NULL };

  g_assert_cmpuint (options->n_labels, <=, 5);
  for (guint i = 0; i < options->n_labels; i++)
    names[i] = vector[i];

  return ord_dataset_new ("/pictures/gauges",
                          options->unit ? options->unit : "",
                          options->n_labels == 1 ? scalar : names,
                          options->covariates ? covariates : NULL,
                          options->covariates ? 2 : 0);
}

static void
add_sample (OrdModelParts          *parts,
            const SyntheticOptions *options,
            GRand                  *rand,
            guint                   index)
{
  double share = (index + g_rand_double (rand)) / options->n;
  double side  = g_rand_double_range (rand, -1.0, 1.0);
  double labels[5], covariates[2] = { index % 2, 150.0 };
  g_autofree char *file = g_strdup_printf ("gauge-%04u.png", index);
  g_autofree char *path = g_build_filename ("/pictures/gauges", file, NULL);
  OrdSample sample = { .file = file, .path = path, .labels = labels,
                       .covariates = covariates, .split = ORD_SPLIT_TRAIN };

  labels[0] = 10.0 * share;
  labels[1] = 100.0 * (1.0 - share) + 10.0 * side;
  labels[2] = 360.0 * share;
  labels[3] = 5.0 + side;
  labels[4] = 8.0 - 4.0 * share;

  ord_dataset_append (parts->dataset, &sample);
  place (share, side, options->in_pieces, parts->features + index * WIDTH);
  g_ptr_array_add (parts->thumbnails, thumbnail (share, index));
}

static void
unref_bytes (gpointer data)
{
  if (data)
    g_bytes_unref (data);
}

OrdModel *
synthetic_model (const SyntheticOptions *options)
{
  static const double sds[] = { 2.9, 29.0, 104.0, 0.6, 1.2 };
  g_autoptr (OrdModelParts) parts  = g_new0 (OrdModelParts, 1);
  g_autoptr (GRand)         rand   = g_rand_new_with_seed (7);
  g_autofree double        *labels = NULL;
  GError *error = NULL;

  parts->title = g_strdup ("Pressure gauges");
  parts->method = g_strdup ("rm-loss");
  parts->encoder = g_strdup ("compact");
  parts->options = g_strdup ("");
  parts->preparation = (OrdPreparation) { 32, 32, 3, { 0.5f, 0.5f, 0.5f },
                                          { 0.2f, 0.2f, 0.2f } };
  parts->dataset = make_dataset (options);
  parts->n_reference = options->n;
  parts->width = WIDTH;
  parts->features = g_new0 (float, options->n * WIDTH);
  parts->thumbnails = g_ptr_array_new_with_free_func (unref_bytes);
  parts->tensors = ord_tensors_new ();
  parts->history = g_array_new (FALSE, FALSE, sizeof (OrdEpoch));
  parts->radius = 0.45;
  parts->novelty = 0.8;
  parts->label_mean = g_new0 (double, options->n_labels);
  parts->label_sd = g_new0 (double, options->n_labels);
  parts->intervals = g_new0 (OrdInterval, options->n_labels);

  for (guint i = 0; i < options->n; i++)
    add_sample (parts, options, rand, i);
  for (guint i = 0; i < options->n_labels; i++)
    {
      parts->label_sd[i] = sds[i];
      parts->intervals[i] = (OrdInterval) { 0.9, 1.6, 0.05 * sds[i] };
    }

  labels = g_new (double, options->n);
  for (guint i = 0; i < options->n; i++)
    labels[i] = ord_dataset_get_sample (parts->dataset, i)->labels[0];
  parts->map = ord_map_new (parts->features, options->n, WIDTH, labels, 1,
                            NULL, &error);
  g_assert_no_error (error);

  return ord_model_new (g_steal_pointer (&parts));
}

static double *
copy_labels (const OrdModelParts *parts,
             guint                n_labels)
{
  double *labels = g_new (double, parts->n_reference * n_labels);

  for (guint i = 0; i < parts->n_reference; i++)
    memcpy (labels + i * n_labels,
            ord_dataset_get_sample (parts->dataset, i)->labels,
            sizeof (double) * n_labels);

  return labels;
}

OrdPrediction *
synthetic_prediction (OrdModel *model,
                      double    share)
{
  const OrdModelParts *parts = ord_model_get_parts (model);
  guint n_labels = ord_dataset_get_n_labels (parts->dataset);
  guint shown    = MIN (ORD_PREDICTION_SHOWN, parts->n_reference);
  g_autoptr (OrdNeighbours) neighbours = NULL;
  g_autoptr (OrdAnswer)     answer     = NULL;
  g_autofree double        *labels     = copy_labels (parts, n_labels);
  g_autofree OrdNeighbour  *nearest    = g_new (OrdNeighbour,
                                                parts->n_reference);
  OrdPrediction *prediction = g_new0 (OrdPrediction, 1);

  prediction->n_labels = n_labels;
  prediction->values = g_new (double, n_labels);
  prediction->lows = g_new (double, n_labels);
  prediction->highs = g_new (double, n_labels);
  prediction->feature = g_new (float, parts->width);
  prediction->neighbours = g_array_new (FALSE, FALSE,
                                        sizeof (OrdPredictionNeighbour));
  memcpy (prediction->feature,
          parts->features + (guint) (share * (parts->n_reference - 1)) * WIDTH,
          sizeof (float) * WIDTH);
  prediction->feature[2] += 0.05f;

  neighbours = ord_neighbours_new (parts->features, parts->n_reference,
                                   parts->width);
  answer = ord_answer_new (neighbours, prediction->feature, labels, n_labels,
                           parts->radius);
  ord_neighbours_nearest (neighbours, prediction->feature, 1,
                          parts->n_reference, nearest);
  ord_map_place (parts->map, neighbours, prediction->feature,
                 prediction->point);

  for (guint i = 0; i < n_labels; i++)
    {
      double half = ord_interval_half_width (&parts->intervals[i],
                                             answer->spread[i]);

      prediction->values[i] = answer->value[i];
      prediction->lows[i] = answer->value[i] - half;
      prediction->highs[i] = answer->value[i] + half;
    }
  prediction->within_radius = answer->within_radius;
  prediction->in_range = nearest[0].distance <= parts->novelty;

  for (guint i = 0; i < MAX (shown, answer->neighbours->len); i++)
    {
      OrdPredictionNeighbour neighbour = { nearest[i].index,
                                           nearest[i].distance, 0.0 };

      if (i < answer->weights->len)
        neighbour.weight = g_array_index (answer->weights, double, i);
      g_array_append_val (prediction->neighbours, neighbour);
    }

  return prediction;
}

char *
synthetic_folder (guint n)
{
  GError  *error  = NULL;
  char    *folder = g_dir_make_tmp ("ordinate-ui-XXXXXX", &error);
  GString *table  = g_string_new ("# unit: bar\nfile,value\n");
  g_autofree char *labels = NULL;

  g_assert_no_error (error);
  for (guint i = 0; i < n; i++)
    {
      cairo_surface_t *surface = draw_gauge (i / (n - 1.0), i, 32);
      g_autofree char *name    = g_strdup_printf ("gauge-%03u.png", i);
      g_autofree char *path    = g_build_filename (folder, name, NULL);

      g_assert_cmpint (cairo_surface_write_to_png (surface, path), ==,
                       CAIRO_STATUS_SUCCESS);
      cairo_surface_destroy (surface);
      g_string_append_printf (table, "%s,%d.%02d\n", name,
                              (int) (10 * i / n), (int) (1000 * i / n % 100));
    }

  labels = g_build_filename (folder, "labels.csv", NULL);
  g_assert_true (g_file_set_contents (labels, table->str, -1, NULL));
  g_string_free (table, TRUE);

  return folder;
}
