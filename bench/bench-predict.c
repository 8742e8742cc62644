/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From a picture's pixels to its value, as the plug-in does it: strips of rows,
 * which GIMP would deliver, go through the scaler and the model. GIMP's own
 * part is left out: one strip stands for all.
 *
 *   prepare warm WIDTH HEIGHT    model.ordinate is open
 *   prepare cold WIDTH HEIGHT    a new process opens it
 */
#include "bench.h"

#include <math.h>
#include <stdlib.h>

#include "model/ord-predictor.h"

/* As in plugin/pixels.c. */
#define STRIP_ROWS 64

static struct
{
  OrdPredictor *predictor;
  double       *covariates;
  float        *strip; /* (STRIP_ROWS, width, 4) */
  gsize         width;
  gsize         height;
  gboolean      cold;
} work;

static gboolean
open_model (GError **error)
{
  g_autofree char     *path = bench_path ("model.ordinate");
  g_autoptr (OrdModel) model = ord_model_load (path, NULL, error);
  guint                n;

  if (model == NULL)
    return FALSE;
  work.predictor = ord_predictor_new (model, error);
  if (work.predictor == NULL)
    return FALSE;

  n = ord_dataset_get_n_covariates (ord_model_get_parts (model)->dataset);
  work.covariates = g_new (double, n + 1);
  for (guint i = 0; i < n; i++)
    work.covariates[i] = NAN;

  return TRUE;
}

static gboolean
predict (GArray  *answer,
         GError **error)
{
  const OrdModelParts *parts =
    ord_model_get_parts (ord_predictor_get_model (work.predictor));
  g_autoptr (OrdScaler) scaler =
    ord_preparation_scaler (&parts->preparation, (int) work.width,
                            (int) work.height, 4);
  g_autoptr (OrdImage)      image = NULL;
  g_autoptr (OrdPrediction) prediction = NULL;

  for (gsize y = 0; y < work.height; y += STRIP_ROWS)
    ord_scaler_push (scaler, work.strip,
                     (int) MIN (STRIP_ROWS, work.height - y));
  image = ord_scaler_finish (g_steal_pointer (&scaler));
  prediction = ord_predictor_predict (work.predictor, image, work.covariates,
                                      NULL, error);
  if (prediction == NULL)
    return FALSE;
  bench_answer (answer, prediction->values[0]);

  return TRUE;
}

static void
make_strip (gsize width,
            gsize height)
{
  work.width = width;
  work.height = height;
  work.strip = g_new (float, STRIP_ROWS * width * 4);
  for (gsize i = 0; i < STRIP_ROWS * width; i++)
    for (gsize c = 0; c < 4; c++)
      work.strip[4 * i + c] = c == 3 ? 1.0f : (float) (i % 251) / 250.0f;
}

/* Waits for a process of this program that answers once. */
static gboolean
run_cold (GArray  *answer,
          GError **error)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", error);
  g_autofree char *folder = bench_path ("");
  g_autofree char *width = g_strdup_printf ("%" G_GSIZE_FORMAT, work.width);
  g_autofree char *height = g_strdup_printf ("%" G_GSIZE_FORMAT, work.height);
  const char      *argv[] = { program, folder, "once", width, height, NULL };
  g_autofree char *output = NULL;
  int              status;

  if (program == NULL
      || !g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_DEFAULT, NULL, NULL,
                        &output, NULL, &status, error)
      || !g_spawn_check_wait_status (status, error))
    return FALSE;
  bench_answer (answer, g_ascii_strtod (output, NULL));

  return TRUE;
}

static gboolean
prepare (char  **words,
         GError **error)
{
  gsize width, height;

  g_clear_object (&work.predictor);
  g_clear_pointer (&work.covariates, g_free);
  g_clear_pointer (&work.strip, g_free);
  if (!bench_number (words, 1, &width, error)
      || !bench_number (words, 2, &height, error))
    return FALSE;
  work.cold = g_str_equal (words[0], "cold");
  make_strip (width, height);

  return work.cold || open_model (error);
}

/* The answer: the value. */
static gboolean
run (GArray  *answer,
     GError **error)
{
  return work.cold ? run_cold (answer, error) : predict (answer, error);
}

static int
answer_once (char **argv)
{
  g_autoptr (GArray) answer = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr (GError) error = NULL;

  make_strip (strtoul (argv[3], NULL, 10), strtoul (argv[4], NULL, 10));
  if (!open_model (&error) || !predict (answer, &error))
    {
      g_printerr ("%s\n", error->message);
      return EXIT_FAILURE;
    }
  g_print ("%g\n", g_array_index (answer, double, 0));

  return EXIT_SUCCESS;
}

int
main (int    argc,
      char **argv)
{
  if (argc == 5 && g_str_equal (argv[2], "once"))
    {
      bench_set_folder (argv[1]);
      return answer_once (argv);
    }

  return bench_main (argc, argv, &(Bench) { prepare, run });
}
