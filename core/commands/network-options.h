/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which network a command trains: a registered kind, or a pretrained one from an
 * ONNX file and what is to be done with it.
 */
#pragma once

#include "../encoder/ord-pretrained.h"
#include "commands.h"

G_BEGIN_DECLS

/**
 * OrdCommandNetwork:
 * @encoder: as it was typed: a kind, or a file; read by GOption
 * @kind: the registered name that it comes to
 * @file: (nullable): of a pretrained network
 * @output, @from, @mean, @sd: as in ord_pretrained_open()
 */
typedef struct
{
  char     *encoder;
  char     *kind;
  char     *file;
  char     *output;
  char     *from;
  char     *mean;
  char     *sd;
  gboolean  finetune;
} OrdCommandNetwork;

void ord_command_network_clear (OrdCommandNetwork *network);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (OrdCommandNetwork, ord_command_network_clear)

/* Entries for GOption that fill in @network. */
#define ORD_COMMAND_NETWORK_ENTRIES(network)                                  \
  { "encoder", 0, 0, G_OPTION_ARG_STRING, &(network).encoder,                 \
    "the network: compact, or a pretrained one in an ONNX file",              \
    "NAME|FILE" },                                                            \
  { "finetune", 0, 0, G_OPTION_ARG_NONE, &(network).finetune,                 \
    "train the pretrained network too, not only a head on it", NULL },        \
  { "from", 0, 0, G_OPTION_ARG_STRING, &(network).from,                       \
    "with --finetune: the node from which on it is trained", "NODE" },        \
  { "output", 0, 0, G_OPTION_ARG_STRING, &(network).output,                   \
    "the pretrained network's value that is the feature (its first output)",  \
    "NAME" },                                                                 \
  { "mean", 0, 0, G_OPTION_ARG_STRING, &(network).mean,                       \
    "what the pretrained network takes from red, green and blue, 0–1 (its "   \
    "metadata, or ImageNet's)", "R,G,B" },                                    \
  { "sd", 0, 0, G_OPTION_ARG_STRING, &(network).sd,                           \
    "what it then divides by", "R,G,B" }

/* Fills in @kind and @file before anything else is parsed: the kind decides
 * what options there are. */
void     ord_command_network_peek (OrdCommandNetwork *network,
                                   int                argc,
                                   char             **argv);

/* (transfer full) (nullable): after parsing, what is wrong: an option that means
 * nothing with this network. */
char    *ord_command_network_find_mistake (const OrdCommandNetwork *network);

/* @pretrained: (out) (transfer full) (nullable): stays %NULL where the network is
 * not from a file */
gboolean ord_command_network_open (const OrdCommandNetwork  *network,
                                   OrdPretrained           **pretrained,
                                   GError                  **error);

G_END_DECLS
