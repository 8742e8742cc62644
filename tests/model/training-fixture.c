/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Small trainings.
 */
#include "training-fixture.h"

#include "../folder.h"
#include "data/ord-sample-pictures.h"

#define N_PICTURES 60

static void
set (OrdOptions *options,
     const char *name,
     double      value)
{
  g_assert_true (ord_options_set (options, name, value, NULL));
}

void
training_init (Training   *training,
               const char *method)
{
  g_autoptr (GError) error = NULL;

  training->folder = g_dir_make_tmp ("ordinate-test-XXXXXX", &error);
  g_assert_no_error (error);
  g_assert_true (ord_sample_pictures_write (training->folder,
                                            ORD_SAMPLE_GAUGE, N_PICTURES, 5,
                                            NULL, NULL, NULL, &error));
  training->dataset = ord_dataset_read (training->folder, NULL, &error);
  g_assert_no_error (error);
  training->checkpoint =
    g_build_filename (training->folder, "model.ordinate-resume", NULL);

  training->options = ord_trainer_options_new (method ? method : "rm-loss",
                                               "compact", &error);
  g_assert_no_error (error);
  set (training->options, "size", 24);
  set (training->options, "channels", 4);
  set (training->options, "stages", 2);
  set (training->options, "hidden", 16);
  set (training->options, "width", 8);
  set (training->options, "epochs", 4);
  set (training->options, "validate", 1);
  set (training->options, "checkpoint", 0);
  set (training->options, "threads", 1);
  set (training->options, "precision", 0);
}

void
training_clear (Training *training)
{
  folder_remove (training->folder);
  g_free (training->folder);
  g_free (training->checkpoint);
  g_clear_object (&training->dataset);
  ord_options_free (training->options);
}

OrdTrainer *
training_trainer (Training   *training,
                  const char *method,
                  gboolean    resumable)
{
  OrdTrainer *trainer = ord_trainer_new (training->dataset, "Gauges",
                                         method ? method : "rm-loss", "compact",
                                         training->options);

  if (resumable)
    {
      g_autofree char *path = g_build_filename (training->folder,
                                                "model.ordinate", NULL);

      ord_trainer_set_path (trainer, path);
    }
  return trainer;
}
