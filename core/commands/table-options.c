/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Options that tables of OrdOptionSpec declare, on the command line and in its
 * help; so that a new one needs no line in a command.
 */
#include "commands.h"

#include <string.h>

#include "../data/ord-augmentation.h"
#include "../encoder/ord-encoder.h"
#include "../methods/ord-method.h"
#include "../model/ord-trainer.h"

static void
setting_free (gpointer data)
{
  OrdCommandSetting *setting = data;

  g_free (setting->name);
  g_free (setting->text);
  g_free (setting);
}

static void
add_setting (GPtrArray  *settings,
             const char *name,
             const char *text)
{
  OrdCommandSetting *setting = g_new0 (OrdCommandSetting, 1);

  setting->name = g_strdup (name);
  setting->text = g_strdup (text);
  g_ptr_array_add (settings, setting);
}

/* What may stand after a switch: "0", "1", and lists of them. */
static gboolean
is_switch_value (const char *text)
{
  return text && *text && strspn (text, "01,") == strlen (text);
}

GPtrArray *
ord_command_take_settings (const OrdOptions  *known,
                           int               *argc,
                           char             **argv,
                           GError           **error)
{
  g_autoptr (GPtrArray) settings = g_ptr_array_new_with_free_func (setting_free);
  int                   kept = 1;

  for (int i = 1; i < *argc; i++)
    {
      const char          *equals = strchr (argv[i], '=');
      g_autofree char     *name = NULL;
      const OrdOptionSpec *spec = NULL;

      if (g_str_has_prefix (argv[i], "--"))
        {
          name = equals ? g_strndup (argv[i] + 2, (gsize) (equals - argv[i] - 2))
                        : g_strdup (argv[i] + 2);
          spec = ord_options_find (known, name);
          if (!spec && !equals && g_str_has_prefix (name, "no-") &&
              ord_options_find (known, name + strlen ("no-")))
            {
              add_setting (settings, name + strlen ("no-"), "0");
              continue;
            }
        }
      if (!spec)
        argv[kept++] = argv[i];
      else if (equals)
        add_setting (settings, name, equals + 1);
      else if (ord_option_is_switch (spec) &&
               !(i + 1 < *argc && is_switch_value (argv[i + 1])))
        add_setting (settings, name, "1");
      else if (i + 1 < *argc)
        add_setting (settings, name, argv[++i]);
      else
        {
          g_set_error (error, ORD_ERROR, ORD_ERROR_OPTION,
                       "--%s needs a value: %s", name, spec->summary);
          return NULL;
        }
    }
  *argc = kept;
  argv[kept] = NULL;

  return g_steal_pointer (&settings);
}

char *
ord_command_peek_option (int          argc,
                         char       **argv,
                         const char  *name,
                         const char  *fallback)
{
  g_autofree char *full = g_strconcat ("--", name, NULL);
  g_autofree char *assigned = g_strconcat ("--", name, "=", NULL);

  for (int i = 1; i < argc; i++)
    {
      if (g_str_has_prefix (argv[i], assigned))
        return g_strdup (argv[i] + strlen (assigned));
      if (g_str_equal (argv[i], full) && i + 1 < argc)
        return g_strdup (argv[i + 1]);
    }
  return g_strdup (fallback);
}

static void
append_table (GString             *text,
              const OrdOptions    *known,
              const char          *heading,
              const OrdOptionSpec *specs)
{
  if (!specs || !specs->name)
    return;
  g_string_append_printf (text, "%s\n", heading);
  for (; specs->name; specs++)
    if (!known || ord_options_find (known, specs->name))
      {
        g_string_append_printf (text, "  --%-18s %s ", specs->name,
                                specs->summary);
        if (specs->words)
          g_string_append_printf (text, "(%s)\n",
                                  specs->words[(guint) specs->fallback]);
        else
          g_string_append_printf (text, "(%g)\n", specs->fallback);
      }
  g_string_append_c (text, '\n');
}

char *
ord_command_describe_settings (const OrdOptions *known)
{
  GString             *text = g_string_new (NULL);
  const char * const  *methods = ord_method_list ();

  append_table (text, known, "Training:", ord_trainer_get_options ());
  append_table (text, known, "Augmentation (0 switches one off):",
                ord_augmentation_options);
  for (guint i = 0; ord_encoder_list ()[i]; i++)
    {
      g_autofree char *heading =
        g_strdup_printf ("Encoder %s, %s:", ord_encoder_list ()[i],
                         ord_encoder_summary (ord_encoder_list ()[i]));

      append_table (text, known, heading,
                    ord_encoder_get_options (ord_encoder_list ()[i]));
    }
  g_string_append (text, "Methods:\n");
  for (guint i = 0; methods[i]; i++)
    g_string_append_printf (text, "  %-20s %s\n", methods[i],
                            ord_method_summary (methods[i]));
  g_string_append_c (text, '\n');
  for (guint i = 0; methods[i]; i++)
    {
      g_autofree char *heading = g_strdup_printf ("Method %s:", methods[i]);

      append_table (text, known, heading, ord_method_get_options (methods[i]));
    }

  return g_string_free (text, FALSE);
}
