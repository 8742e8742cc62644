/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Options that choose a network.
 */
#include "network-options.h"

#include <string.h>

#include "../encoder/ord-encoder.h"

void
ord_command_network_clear (OrdCommandNetwork *network)
{
  g_free (network->encoder);
  g_free (network->kind);
  g_free (network->file);
  g_free (network->output);
  g_free (network->from);
  g_free (network->mean);
  g_free (network->sd);
}

static gboolean
has_flag (int          argc,
          char       **argv,
          const char  *flag)
{
  for (int i = 1; i < argc; i++)
    if (g_str_equal (argv[i], flag))
      return TRUE;
  return FALSE;
}

/* A registered kind stays what it is; a file is a network for one of the
 * pretrained kinds. */
void
ord_command_network_peek (OrdCommandNetwork *network,
                          int                argc,
                          char             **argv)
{
  g_autofree char *encoder =
    ord_command_peek_option (argc, argv, "encoder", ord_encoder_list ()[0]);

  if (!g_str_has_suffix (encoder, ".onnx") && !strchr (encoder, G_DIR_SEPARATOR))
    {
      network->kind = g_steal_pointer (&encoder);
      return;
    }
  network->file = g_steal_pointer (&encoder);
  network->kind =
    g_strdup (ord_encoder_of_network (has_flag (argc, argv, "--finetune")));
}

/* (nullable) */
static const char *
find_senseless (const OrdCommandNetwork *network)
{
  if (network->file)
    return network->from && !network->finetune ? "from" : NULL;
  return network->finetune ? "finetune"
         : network->from ? "from"
         : network->output ? "output"
         : network->mean ? "mean"
         : network->sd ? "sd" : NULL;
}

char *
ord_command_network_find_mistake (const OrdCommandNetwork *network)
{
  const char *senseless = find_senseless (network);

  return senseless
         ? g_strdup_printf ("--%s belongs to --encoder FILE.onnx%s", senseless,
                            network->file ? " --finetune" : "")
         : NULL;
}

gboolean
ord_command_network_open (const OrdCommandNetwork  *network,
                          OrdPretrained           **pretrained,
                          GError                  **error)
{
  if (!network->file)
    return TRUE;
  *pretrained = ord_pretrained_open (network->file, network->output,
                                     network->from, network->mean, network->sd,
                                     error);
  return *pretrained != NULL;
}
