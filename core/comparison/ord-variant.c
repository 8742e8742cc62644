/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Variants of methods, multiplied by lists of values.
 */
#include "ord-variant.h"

#include "../methods/ord-method.h"

void
ord_variant_free (OrdVariant *variant)
{
  if (!variant)
    return;
  g_free (variant->name);
  g_free (variant->method);
  g_free (variant->encoder);
  g_clear_pointer (&variant->pretrained, ord_pretrained_unref);
  ord_options_free (variant->options);
  g_object_unref (variant->dataset);
  g_free (variant);
}

static OrdVariant *
variant_copy (const OrdVariant *variant)
{
  OrdVariant *copy = g_new0 (OrdVariant, 1);

  copy->name = g_strdup (variant->name);
  copy->method = g_strdup (variant->method);
  copy->encoder = g_strdup (variant->encoder);
  if (variant->pretrained)
    copy->pretrained = ord_pretrained_ref (variant->pretrained);
  copy->options = ord_options_copy (variant->options);
  copy->dataset = g_object_ref (variant->dataset);
  return copy;
}

static void
add_to_name (OrdVariant *variant,
             const char *suffix)
{
  char *name = g_strconcat (variant->name, " ", suffix, NULL);

  g_free (variant->name);
  variant->name = name;
}

GPtrArray *
ord_variants_new (const char * const  *methods,
                  const char          *encoder,
                  OrdPretrained       *pretrained,
                  OrdDataset          *dataset,
                  GError             **error)
{
  g_autoptr (GPtrArray) variants =
    g_ptr_array_new_with_free_func ((GDestroyNotify) ord_variant_free);

  for (guint i = 0; methods[i]; i++)
    {
      OrdOptions *options =
        ord_trainer_options_new (methods[i], encoder, error);
      OrdVariant *variant;

      if (!options)
        return NULL;
      variant = g_new0 (OrdVariant, 1);
      variant->name = g_strdup (methods[i]);
      variant->method = g_strdup (methods[i]);
      variant->encoder = g_strdup (encoder);
      if (pretrained)
        variant->pretrained = ord_pretrained_ref (pretrained);
      variant->options = options;
      variant->dataset = g_object_ref (dataset);
      g_ptr_array_add (variants, variant);
      for (guint j = 0; j < i; j++)
        if (g_str_equal (methods[j], methods[i]))
          {
            g_set_error (error, ORD_ERROR, ORD_ERROR_OPTION,
                         "The method “%s” is named twice", methods[i]);
            return NULL;
          }
    }

  return g_steal_pointer (&variants);
}

OrdOptions *
ord_variants_known_options (const char * const  *methods,
                            const char          *encoder,
                            GError             **error)
{
  static const char * const  shared[] = { "seed", "epochs", "minutes" };
  g_autoptr (OrdOptions)     all = NULL;

  for (guint i = 0; methods[i]; i++)
    {
      const OrdOptionSpec    *specs;
      g_autoptr (OrdOptions)  options =
        ord_trainer_options_new (methods[i], encoder, error);

      if (!options)
        return NULL;
      /* Methods may share a whole table, but no part of one. */
      specs = ord_method_get_options (methods[i]);
      if (!all)
        all = g_steal_pointer (&options);
      else if (specs->name && !ord_options_find (all, specs->name))
        ord_options_add (all, specs);
    }
  for (guint i = 0; i < G_N_ELEMENTS (shared); i++)
    ord_options_remove (all, shared[i]);
  return g_steal_pointer (&all);
}

gboolean
ord_variants_set (GPtrArray   *variants,
                  const char  *name,
                  const char  *texts,
                  GError     **error)
{
  g_auto (GStrv) values = g_strsplit (texts, ",", -1);
  guint          n = g_strv_length (values);

  for (guint i = 0; i < variants->len; )
    {
      OrdVariant *first = g_ptr_array_index (variants, i);

      if (!ord_options_find (first->options, name))
        {
          i++;
          continue;
        }
      /* The copies stand behind the first, in the order of the values. */
      for (guint v = 1; v < MAX (n, 1); v++)
        g_ptr_array_insert (variants, (int) (i + v), variant_copy (first));
      for (guint v = 0; v < MAX (n, 1); v++)
        {
          OrdVariant      *variant = g_ptr_array_index (variants, i + v);
          const char      *value = n > 0 ? values[v] : "";
          g_autofree char *suffix = g_strconcat (name, "=", value, NULL);

          if (!ord_options_set_text (variant->options, name, value, error))
            return FALSE;
          for (guint u = 0; u < v; u++)
            {
              const OrdVariant *other = g_ptr_array_index (variants, i + u);

              if (ord_options_get (other->options, name) ==
                  ord_options_get (variant->options, name))
                {
                  g_set_error (error, ORD_ERROR, ORD_ERROR_OPTION,
                               "--%s %s names %s twice", name, texts, value);
                  return FALSE;
                }
            }
          if (n > 1)
            add_to_name (variant, suffix);
        }
      i += MAX (n, 1);
    }

  return TRUE;
}

void
ord_variants_also_on (GPtrArray  *variants,
                      OrdDataset *dataset,
                      const char *suffix)
{
  for (guint i = 0; i < variants->len; i += 2)
    {
      OrdVariant *other = variant_copy (g_ptr_array_index (variants, i));

      g_set_object (&other->dataset, dataset);
      add_to_name (other, suffix);
      g_ptr_array_insert (variants, (int) i + 1, other);
    }
}

OrdTrainer *
ord_variant_trainer (const OrdVariant *variant,
                     const OrdOptions *options)
{
  OrdTrainer *trainer = ord_trainer_new (variant->dataset, variant->name,
                                         variant->method, variant->encoder,
                                         options);

  ord_trainer_set_pretrained (trainer, variant->pretrained);
  return trainer;
}
