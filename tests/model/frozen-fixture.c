/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Small trainings of pretrained networks.
 */
#include "frozen-fixture.h"

#include "../folder.h"
#include "../onnx/net-fixture.h"
#include "data/ord-sample-pictures.h"

#define N_PICTURES 60

static OrdPretrained *
make_network (gint64 height,
              gint64 width)
{
  const OrdPretrained like = {
    .name = (char *) "small.onnx",
    .mean = { 0.4f, 0.5f, 0.6f },
    .sd = { 0.2f, 0.25f, 0.3f },
  };
  g_autoptr (GBytes)  bytes = NULL;
  Net                 net;

  net_every_operator (&net, height, width);
  bytes = net_to_bytes (&net);
  net_clear (&net);
  return ord_pretrained_with (&like, bytes, FALSE);
}

void
pretraining_init (Pretraining *training,
                  const char  *encoder,
                  gint64       height,
                  gint64       width)
{
  g_autoptr (GError) error = NULL;

  *training = (Pretraining) { .encoder = encoder };
  training->folder = g_dir_make_tmp ("ordinate-test-XXXXXX", &error);
  g_assert_no_error (error);
  g_assert_true (ord_sample_pictures_write (training->folder,
                                            ORD_SAMPLE_GAUGE, N_PICTURES, 5,
                                            NULL, NULL, NULL, &error));
  training->network = make_network (height, width);
  training->options = ord_trainer_options_new ("rm-loss", encoder, &error);
  g_assert_no_error (error);
  g_assert_true (ord_options_parse (training->options,
                                    "hidden=16 width=8 epochs=3 validate=1 "
                                    "threads=1", NULL));
  training->stages = g_ptr_array_new_with_free_func (g_free);
  training->warnings = g_ptr_array_new_with_free_func (g_free);
}

void
pretraining_clear (Pretraining *training)
{
  folder_remove (training->folder);
  g_free (training->folder);
  ord_pretrained_unref (training->network);
  ord_options_free (training->options);
  g_ptr_array_unref (training->stages);
  g_ptr_array_unref (training->warnings);
}

static void
on_progress (const OrdProgress *progress,
             gpointer           user_data)
{
  Pretraining *training = user_data;
  GPtrArray   *stages = training->stages;
  const char  *last = stages->len > 0
                      ? g_ptr_array_index (stages, stages->len - 1) : NULL;

  if (g_strcmp0 (last, progress->stage) != 0)
    g_ptr_array_add (stages, g_strdup (progress->stage));
  if (progress->warning)
    g_ptr_array_add (training->warnings, g_strdup (progress->warning));
  if (g_strcmp0 (training->cancel_in, progress->stage) == 0 &&
      ++training->n_told == 2)
    g_cancellable_cancel (training->cancellable);
}

OrdModel *
pretraining_run (Pretraining  *training,
                 GError      **error)
{
  g_autoptr (OrdDataset)   dataset = ord_dataset_read (training->folder, NULL,
                                                       error);
  g_autoptr (OrdTrainer)   trainer = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  g_assert_nonnull (dataset);
  g_ptr_array_set_size (training->stages, 0);
  g_ptr_array_set_size (training->warnings, 0);
  training->cancellable = cancellable;
  training->n_told = 0;
  trainer = ord_trainer_new (dataset, "Gauges", "rm-loss", training->encoder,
                             training->options);
  ord_trainer_set_pretrained (trainer, training->network);
  return ord_trainer_run (trainer, on_progress, training, cancellable, error);
}

gboolean
pretraining_told (Pretraining *training,
                  const char  *stage)
{
  return g_ptr_array_find_with_equal_func (training->stages, stage, g_str_equal,
                                           NULL);
}
