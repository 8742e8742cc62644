/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The options of training as rows of a grid. Every row comes from an option
 * table of the engine; a method's parameters appear when it is chosen.
 */
#include "ord-train-options.h"

#include <math.h>

#include <glib/gi18n-lib.h>

#include "data/ord-augmentation.h"
#include "encoder/ord-encoder.h"
#include "methods/ord-method.h"
#include "model/ord-trainer.h"

/* What the kinds of encoders are called here. */
static const struct
{
  const char *kind;
  const char *label;
} encoders[] = {
  { "compact", N_("From scratch") },
  { "frozen", N_("Pretrained, fixed") },
  { "finetuned", N_("Pretrained, tuned") },
};

/* The trainer's own options that are shown; the others are for the command
 * line. */
static const char * const general[] = { "minutes", "epochs", "size", "seed" };

struct _OrdTrainOptions
{
  GtkGrid     parent;

  GtkWidget  *method;
  GtkWidget  *encoder;
  GtkWidget  *network;      /* file chooser; its row is that of the pretrained */
  int         network_row;
  GHashTable *editors;      /* option name → switch or spin button */
  GPtrArray  *method_rows;  /* widgets of the method's parameters */
  int         n_rows;
};

G_DEFINE_FINAL_TYPE (OrdTrainOptions, ord_train_options, GTK_TYPE_GRID)

/* "move images" → "Move images" */
static char *
capitalise (const char *text)
{
  char *sentence = g_strdup (text);

  *sentence = g_ascii_toupper (*sentence);

  return sentence;
}

/* "flip-horizontal" → "Flip horizontal" */
static char *
name_for_people (const char *name)
{
  return g_strdelimit (capitalise (name), "-", ' ');
}

static GtkWidget *
make_spin (double minimum,
           double maximum,
           double value,
           int    decimals)
{
  double     step = pow (10.0, - decimals);
  GtkWidget *spin = gtk_spin_button_new_with_range (minimum, maximum, step);

  gtk_spin_button_set_digits (GTK_SPIN_BUTTON (spin), decimals);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (spin), value);
  gtk_entry_set_width_chars (GTK_ENTRY (spin), 10);
  gtk_entry_set_activates_default (GTK_ENTRY (spin), TRUE);

  return spin;
}

/* Enough decimals for the default and for steps in a small range. */
static int
decimals_for (const OrdOptionSpec *spec)
{
  int    decimals = spec->integer ? 0 : 2;
  double scaled   = fabs (spec->fallback) * pow (10.0, decimals);

  while (! spec->integer && decimals < 8
         && fabs (scaled - round (scaled)) > 1e-9 * MAX (scaled, 1.0))
    {
      decimals++;
      scaled *= 10.0;
    }

  return decimals;
}

static void
add_row (OrdTrainOptions *options,
         const char      *name,
         const char      *label_text,
         const char      *summary,
         GtkWidget       *editor)
{
  GtkGrid   *grid  = GTK_GRID (options);
  GtkWidget *label = gtk_label_new_with_mnemonic (label_text);
  GtkWidget *about = gtk_label_new (summary);

  gtk_label_set_mnemonic_widget (GTK_LABEL (label), editor);
  gtk_label_set_xalign (GTK_LABEL (label), 0.0);
  gtk_widget_set_halign (editor, GTK_ALIGN_START);
  gtk_widget_set_valign (editor, GTK_ALIGN_CENTER);
  gtk_label_set_xalign (GTK_LABEL (about), 0.0);
  gtk_label_set_line_wrap (GTK_LABEL (about), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (about), 40);
  gtk_widget_set_hexpand (about, TRUE);
  gtk_style_context_add_class (gtk_widget_get_style_context (about),
                               "dim-label");

  gtk_grid_attach (grid, label, 0, options->n_rows, 1, 1);
  gtk_grid_attach (grid, editor, 1, options->n_rows, 1, 1);
  gtk_grid_attach (grid, about, 2, options->n_rows, 1, 1);
  options->n_rows++;

  gtk_widget_show (label);
  gtk_widget_show (editor);
  gtk_widget_show (about);

  if (name)
    g_hash_table_insert (options->editors, g_strdup (name), editor);
}

static void
add_spec (OrdTrainOptions     *options,
          const OrdOptionSpec *spec)
{
  g_autofree char *label   = name_for_people (spec->name);
  g_autofree char *summary = capitalise (spec->summary);
  GtkWidget       *editor;

  if (ord_option_is_switch (spec))
    {
      editor = gtk_switch_new ();
      gtk_switch_set_active (GTK_SWITCH (editor), spec->fallback != 0.0);
      atk_object_set_name (gtk_widget_get_accessible (editor), label);
    }
  else
    {
      editor = make_spin (spec->minimum, spec->maximum, spec->fallback,
                          decimals_for (spec));
    }

  add_row (options, spec->name, label, summary, editor);
}

static void
remove_method_rows (OrdTrainOptions *options)
{
  while (options->method_rows->len > 0)
    {
      const char *name = g_ptr_array_index (options->method_rows,
                                            options->method_rows->len - 1);

      g_hash_table_remove (options->editors, name);
      gtk_grid_remove_row (GTK_GRID (options), --options->n_rows);
      g_ptr_array_set_size (options->method_rows,
                            options->method_rows->len - 1);
    }
}

static void
on_method_changed (OrdTrainOptions *options)
{
  const char          *method = ord_train_options_get_method (options);
  const OrdOptionSpec *spec;

  remove_method_rows (options);
  gtk_widget_set_tooltip_text (options->method, ord_method_summary (method));

  for (spec = ord_method_get_options (method); spec && spec->name; spec++)
    {
      add_spec (options, spec);
      g_ptr_array_add (options->method_rows, (gpointer) spec->name);
    }
}

static void
add_general (OrdTrainOptions *options)
{
  g_autoptr (GError)     error    = NULL;
  g_autoptr (OrdOptions) defaults =
    ord_trainer_options_new (ord_train_options_get_method (options),
                             ord_train_options_get_encoder (options), &error);

  if (! defaults)
    {
      g_warning ("%s", error->message);
      return;
    }

  for (guint i = 0; i < G_N_ELEMENTS (general); i++)
    {
      const OrdOptionSpec *spec = ord_options_find (defaults, general[i]);

      if (spec)
        add_spec (options, spec);
    }
}

static void
on_encoder_changed (OrdTrainOptions *options)
{
  const char *encoder    = ord_train_options_get_encoder (options);
  gboolean    pretrained = ord_encoder_is_pretrained (encoder);

  for (int column = 0; column < 3; column++)
    gtk_widget_set_visible (gtk_grid_get_child_at (GTK_GRID (options), column,
                                                   options->network_row),
                            pretrained);
}

static void
add_encoder (OrdTrainOptions *options)
{
  GtkFileFilter *filter = gtk_file_filter_new ();

  options->encoder = gtk_combo_box_text_new ();
  for (guint i = 0; i < G_N_ELEMENTS (encoders); i++)
    gtk_combo_box_text_append (GTK_COMBO_BOX_TEXT (options->encoder),
                               encoders[i].kind, _(encoders[i].label));
  gtk_combo_box_set_active (GTK_COMBO_BOX (options->encoder), 0);
  add_row (options, NULL, _("_Network"),
           _("A small one that learns from nothing, or one that knows many "
             "pictures already"),
           options->encoder);

  gtk_file_filter_set_name (filter, _("Networks (*.onnx)"));
  gtk_file_filter_add_pattern (filter, "*.onnx");
  options->network =
    gtk_file_chooser_button_new (_("Choose a Pretrained Network"),
                                 GTK_FILE_CHOOSER_ACTION_OPEN);
  gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (options->network), filter);
  gtk_file_chooser_button_set_width_chars (
    GTK_FILE_CHOOSER_BUTTON (options->network), 10);
  options->network_row = options->n_rows;
  add_row (options, NULL, _("Network _file"),
           _("In ONNX form; the model keeps a copy"),
           options->network);
  on_encoder_changed (options);
  g_signal_connect_swapped (options->encoder, "changed",
                            G_CALLBACK (on_encoder_changed), options);
}

static void
ord_train_options_dispose (GObject *object)
{
  OrdTrainOptions *options = ORD_TRAIN_OPTIONS (object);

  g_hash_table_remove_all (options->editors);
  options->method = NULL;
  options->encoder = NULL;
  options->network = NULL;

  G_OBJECT_CLASS (ord_train_options_parent_class)->dispose (object);
}

static void
ord_train_options_finalize (GObject *object)
{
  OrdTrainOptions *options = ORD_TRAIN_OPTIONS (object);

  g_hash_table_unref (options->editors);
  g_ptr_array_unref (options->method_rows);

  G_OBJECT_CLASS (ord_train_options_parent_class)->finalize (object);
}

static void
ord_train_options_class_init (OrdTrainOptionsClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = ord_train_options_dispose;
  G_OBJECT_CLASS (klass)->finalize = ord_train_options_finalize;
}

static void
ord_train_options_init (OrdTrainOptions *options)
{
  GtkGrid *grid = GTK_GRID (options);

  options->editors = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                            NULL);
  options->method_rows = g_ptr_array_new ();
  gtk_grid_set_column_spacing (grid, 12);
  gtk_grid_set_row_spacing (grid, 6);

  options->method = gtk_combo_box_text_new ();
  for (const char * const *name = ord_method_list (); *name; name++)
    gtk_combo_box_text_append (GTK_COMBO_BOX_TEXT (options->method), *name,
                               *name);
  gtk_combo_box_set_active (GTK_COMBO_BOX (options->method), 0);
  add_row (options, NULL, _("_Method"),
           _("What training minimises and how a picture is answered"),
           options->method);

  add_encoder (options);
  add_general (options);
  for (const OrdOptionSpec *spec = ord_augmentation_options; spec->name; spec++)
    add_spec (options, spec);

  on_method_changed (options);
  g_signal_connect_swapped (options->method, "changed",
                            G_CALLBACK (on_method_changed), options);
}

GtkWidget *
ord_train_options_new (void)
{
  return g_object_new (ORD_TYPE_TRAIN_OPTIONS, NULL);
}

const char *
ord_train_options_get_method (OrdTrainOptions *options)
{
  g_return_val_if_fail (ORD_IS_TRAIN_OPTIONS (options), NULL);

  return gtk_combo_box_get_active_id (GTK_COMBO_BOX (options->method));
}

const char *
ord_train_options_get_encoder (OrdTrainOptions *options)
{
  g_return_val_if_fail (ORD_IS_TRAIN_OPTIONS (options), NULL);

  return gtk_combo_box_get_active_id (GTK_COMBO_BOX (options->encoder));
}

char *
ord_train_options_get_network (OrdTrainOptions *options)
{
  g_return_val_if_fail (ORD_IS_TRAIN_OPTIONS (options), NULL);

  if (! ord_encoder_is_pretrained (ord_train_options_get_encoder (options)))
    return NULL;

  return gtk_file_chooser_get_filename (GTK_FILE_CHOOSER (options->network));
}

static double
editor_value (GtkWidget *editor)
{
  if (GTK_IS_SWITCH (editor))
    return gtk_switch_get_active (GTK_SWITCH (editor)) ? 1.0 : 0.0;

  gtk_spin_button_update (GTK_SPIN_BUTTON (editor));

  return gtk_spin_button_get_value (GTK_SPIN_BUTTON (editor));
}

OrdOptions *
ord_train_options_get (OrdTrainOptions  *options,
                       GError          **error)
{
  g_autoptr (OrdOptions) values  = NULL;
  g_autofree char       *network = NULL;
  const char            *encoder;
  GHashTableIter iter;
  gpointer       name, editor;

  g_return_val_if_fail (ORD_IS_TRAIN_OPTIONS (options), NULL);

  encoder = ord_train_options_get_encoder (options);
  network = ord_train_options_get_network (options);
  if (ord_encoder_is_pretrained (encoder) && ! network)
    {
      g_set_error (error, ORD_ERROR, ORD_ERROR_OPTION,
                   _("Choose the file of the pretrained network (*.onnx), or a "
                     "network from scratch."));
      return NULL;
    }
  values = ord_trainer_options_new (ord_train_options_get_method (options),
                                    encoder, error);
  if (! values)
    return NULL;

  g_hash_table_iter_init (&iter, options->editors);
  while (g_hash_table_iter_next (&iter, &name, &editor))
    {
      double value = editor_value (editor);

      /* What was left at its default is no wish: a pretrained network may have
       * a size of its own. */
      if (value != ord_options_get (values, name)
          && ! ord_options_set (values, name, value, error))
        return NULL;
    }

  return g_steal_pointer (&values);
}

void
ord_train_options_set_encoder (OrdTrainOptions *options,
                               const char      *encoder,
                               const char      *network)
{
  g_return_if_fail (ORD_IS_TRAIN_OPTIONS (options));

  gtk_combo_box_set_active_id (GTK_COMBO_BOX (options->encoder), encoder);
  if (network)
    gtk_file_chooser_set_filename (GTK_FILE_CHOOSER (options->network),
                                   network);
}

GtkWidget *
ord_train_options_get_editor (OrdTrainOptions *options,
                              const char      *name)
{
  g_return_val_if_fail (ORD_IS_TRAIN_OPTIONS (options), NULL);

  return g_hash_table_lookup (options->editors, name);
}
