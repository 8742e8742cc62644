/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Small trainings.
 */
#include "training-fixture.h"

#include <glib/gstdio.h>

#include "data/ord-sample-pictures.h"

#define N_PICTURES 60

static void
remove_folder (const char *folder)
{
  g_autoptr (GDir)  dir = g_dir_open (folder, 0, NULL);
  const char       *name;

  while (dir && (name = g_dir_read_name (dir)))
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (g_file_test (path, G_FILE_TEST_IS_DIR))
        remove_folder (path);
      else
        g_unlink (path);
    }
  g_rmdir (folder);
}

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
}

void
training_clear (Training *training)
{
  remove_folder (training->folder);
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
    ord_trainer_set_checkpoint (trainer, training->checkpoint);
  return trainer;
}
