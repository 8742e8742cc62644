/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One node of a network: names with none missing, and its attributes by name
 * and type.
 */
#include "ord-onnx-private.h"

#include <string.h>

/**
 * Attributes:
 * @strings: (n): those that are strings, with an end; else %NULL
 */
typedef struct
{
  gsize                  n;
  Onnx__AttributeProto **protos;
  char                 **strings;
} Attributes;

Onnx__AttributeProto__AttributeType
ord_onnx_attribute_type (const Onnx__AttributeProto *attribute)
{
  if (attribute->has_type
      && attribute->type != ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__UNDEFINED)
    return attribute->type;
  if (attribute->has_i)
    return ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INT;
  if (attribute->has_f)
    return ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOAT;
  if (attribute->has_s)
    return ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__STRING;
  if (attribute->t)
    return ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__TENSOR;
  if (attribute->n_ints > 0)
    return ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INTS;
  if (attribute->n_floats > 0)
    return ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOATS;
  return ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__UNDEFINED;
}

/* What is no text stays recognisable as none of the known words. */
static char *
text_of (const Onnx__AttributeProto *attribute)
{
  if (ord_onnx_attribute_type (attribute)
      != ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__STRING)
    return NULL;
  if (!attribute->has_s || attribute->s.len == 0)
    return g_strdup ("");
  return g_utf8_make_valid ((const char *) attribute->s.data,
                            attribute->s.len);
}

static gboolean
check_attributes (const Onnx__NodeProto  *proto,
                  GError                **error)
{
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);

  for (gsize i = 0; i < proto->n_attribute; i++)
    {
      char *name = proto->attribute[i]->name;

      if (name && *name && g_hash_table_add (names, name))
        continue;
      g_set_error (error, ORD_ERROR, ORD_ERROR_MODEL,
                   name && *name ? "its node “%s” (%s) has the attribute “%s” "
                                   "twice"
                                 : "its node “%s” (%s) has an attribute "
                                   "without a name%s",
                   proto->name ? proto->name : "", proto->op_type,
                   name ? name : "");
      return FALSE;
    }
  return TRUE;
}

static const char * const *
list_of (gsize   n,
         char  **names)
{
  const char **list = g_new (const char *, n + 1);

  if (n > 0)
    memcpy (list, names, n * sizeof *names);
  list[n] = NULL;
  return list;
}

gboolean
ord_onnx_node_init (OrdOnnxNode            *node,
                    const Onnx__NodeProto  *proto,
                    GError                **error)
{
  Attributes *attributes;

  if (!proto->op_type || !*proto->op_type)
    {
      g_set_error (error, ORD_ERROR, ORD_ERROR_MODEL,
                   "its node “%s” does not say what it computes",
                   proto->name ? proto->name : "");
      return FALSE;
    }
  if (!check_attributes (proto, error))
    return FALSE;

  node->name = proto->name ? proto->name : "";
  node->op = proto->op_type;
  node->domain = proto->domain && strcmp (proto->domain, "ai.onnx") != 0
                   ? proto->domain : "";
  node->n_inputs = proto->n_input;
  node->n_outputs = proto->n_output;
  node->inputs = list_of (proto->n_input, proto->input);
  node->outputs = list_of (proto->n_output, proto->output);

  attributes = g_new (Attributes, 1);
  attributes->n = proto->n_attribute;
  attributes->protos = proto->attribute;
  attributes->strings = g_new (char *, MAX (attributes->n, 1));
  for (gsize i = 0; i < attributes->n; i++)
    attributes->strings[i] = text_of (proto->attribute[i]);
  node->attributes = attributes;
  return TRUE;
}

void
ord_onnx_node_clear (OrdOnnxNode *node)
{
  Attributes *attributes = (Attributes *) node->attributes;

  if (!attributes)
    return;
  for (gsize i = 0; i < attributes->n; i++)
    g_free (attributes->strings[i]);
  g_free (attributes->strings);
  g_free (attributes);
  g_free ((gpointer) node->inputs);
  g_free ((gpointer) node->outputs);
}

static gboolean
find_index (const OrdOnnxNode *node,
            const char        *name,
            gsize             *index)
{
  const Attributes *attributes = node->attributes;

  for (gsize i = 0; i < attributes->n; i++)
    if (strcmp (attributes->protos[i]->name, name) == 0)
      {
        *index = i;
        return TRUE;
      }
  return FALSE;
}

const Onnx__AttributeProto *
ord_onnx_node_find (const OrdOnnxNode *node,
                    const char        *name)
{
  const Attributes *attributes = node->attributes;
  gsize             index;

  return find_index (node, name, &index) ? attributes->protos[index] : NULL;
}

static const Onnx__AttributeProto *
find_typed (const OrdOnnxNode                   *node,
            const char                          *name,
            Onnx__AttributeProto__AttributeType  type)
{
  const Onnx__AttributeProto *attribute = ord_onnx_node_find (node, name);

  return attribute && ord_onnx_attribute_type (attribute) == type ? attribute
                                                                  : NULL;
}

gboolean
ord_onnx_node_has (const OrdOnnxNode *node,
                   const char        *attribute)
{
  g_return_val_if_fail (node != NULL && attribute != NULL, FALSE);

  return ord_onnx_node_find (node, attribute) != NULL;
}

gint64
ord_onnx_node_int (const OrdOnnxNode *node,
                   const char        *attribute,
                   gint64             fallback)
{
  const Onnx__AttributeProto *found;

  g_return_val_if_fail (node != NULL && attribute != NULL, fallback);

  found = find_typed (node, attribute,
                      ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INT);
  return found ? found->i : fallback;
}

double
ord_onnx_node_float (const OrdOnnxNode *node,
                     const char        *attribute,
                     double             fallback)
{
  const Onnx__AttributeProto *found;

  g_return_val_if_fail (node != NULL && attribute != NULL, fallback);

  found = find_typed (node, attribute,
                      ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOAT);
  return found ? found->f : fallback;
}

const char *
ord_onnx_node_string (const OrdOnnxNode *node,
                      const char        *attribute,
                      const char        *fallback)
{
  const Attributes *attributes;
  gsize             index;

  g_return_val_if_fail (node != NULL && attribute != NULL, fallback);

  attributes = node->attributes;
  if (find_index (node, attribute, &index) && attributes->strings[index])
    return attributes->strings[index];
  return fallback;
}

guint
ord_onnx_node_n_ints (const OrdOnnxNode *node,
                      const char        *attribute)
{
  const Onnx__AttributeProto *found;

  g_return_val_if_fail (node != NULL && attribute != NULL, 0);

  found = find_typed (node, attribute,
                      ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INTS);
  return found ? found->n_ints : 0;
}

gboolean
ord_onnx_node_ints (const OrdOnnxNode *node,
                    const char        *attribute,
                    guint              n,
                    gint64            *values)
{
  const Onnx__AttributeProto *found;

  g_return_val_if_fail (node != NULL && attribute != NULL, FALSE);
  g_return_val_if_fail (values != NULL || n == 0, FALSE);

  found = find_typed (node, attribute,
                      ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INTS);
  if (!found || found->n_ints != n)
    return FALSE;
  for (guint i = 0; i < n; i++)
    values[i] = found->ints[i];
  return TRUE;
}
