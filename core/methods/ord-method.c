/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The registry of methods, and the defaults of what they leave out.
 */
#include "ord-method-private.h"

/* One line per method in each table; the first is the default. */
static const OrdMethodClass * const classes[] = {
  &ord_method_rm_loss,
  &ord_method_l1,
  &ord_method_mse,
  &ord_method_ordreg,
  &ord_method_atriplet_nn,
  &ord_method_atriplet_l1,
};

static const char * const names[] = {
  "rm-loss",
  "l1",
  "mse",
  "ordreg",
  "atriplet-nn",
  "atriplet-l1",
  NULL
};

G_STATIC_ASSERT (G_N_ELEMENTS (names) == G_N_ELEMENTS (classes) + 1);

static const OrdMethodClass *
find_class (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (classes); i++)
    if (g_strcmp0 (classes[i]->name, name) == 0)
      return classes[i];
  return NULL;
}

const char * const *
ord_method_list (void)
{
  return names;
}

const char *
ord_method_summary (const char *name)
{
  const OrdMethodClass *klass = find_class (name);

  return klass ? klass->summary : NULL;
}

const OrdOptionSpec *
ord_method_get_options (const char *name)
{
  const OrdMethodClass *klass = find_class (name);

  return klass ? klass->options : NULL;
}

OrdMethod *
ord_method_new (const char        *name,
                const OrdOptions  *options,
                guint              width,
                guint              n_labels,
                guint64            seed,
                GError           **error)
{
  const OrdMethodClass *klass = find_class (name);

  if (!klass)
    {
      ord_set_unknown_error (error, "method", name, names);
      return NULL;
    }

  return klass->new (options, width, n_labels, seed);
}

void
ord_method_init (OrdMethod            *method,
                 const OrdMethodClass *klass,
                 guint                 width,
                 guint                 n_labels)
{
  method->klass = klass;
  method->parameters =
    g_ptr_array_new_with_free_func ((GDestroyNotify) ord_parameter_free);
  method->width = width;
  method->n_labels = n_labels;
}

void
ord_method_free (OrdMethod *method)
{
  if (!method)
    return;
  g_ptr_array_unref (method->parameters);
  method->klass->free (method);
}

void
ord_method_prepare (OrdMethod   *method,
                    const float *labels,
                    gsize        n)
{
  if (method->klass->prepare)
    method->klass->prepare (method, labels, n);
}

double
ord_method_loss (OrdMethod            *method,
                 const OrdMethodBatch *batch,
                 float                *d_features)
{
  return method->klass->loss (method, batch, d_features);
}

void
ord_method_embed (OrdMethod *method,
                  float     *features,
                  gsize      n)
{
  if (method->klass->embed)
    method->klass->embed (method, features, n);
}

gboolean
ord_method_answer (OrdMethod   *method,
                   const float *features,
                   gsize        n,
                   double      *values)
{
  if (!method->klass->answer)
    return FALSE;
  method->klass->answer (method, features, n, values);
  return TRUE;
}

void
ord_method_store (OrdMethod *method,
                  GPtrArray *tensors)
{
  ord_parameters_store (method->parameters, "method/", tensors);
  if (method->klass->store)
    method->klass->store (method, tensors);
}

gboolean
ord_method_load (OrdMethod  *method,
                 GPtrArray  *tensors,
                 GError    **error)
{
  if (!ord_parameters_load (method->parameters, "method/", tensors, error))
    return FALSE;
  return !method->klass->load || method->klass->load (method, tensors, error);
}
