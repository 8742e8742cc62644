/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A network that was trained elsewhere, as an ONNX file, and how it wants its
 * pictures. Immutable and shared by reference; a model keeps one inside its
 * file.
 */
#pragma once

#include "../data/ord-preparation.h"
#include "../ord-error.h"

G_BEGIN_DECLS

/**
 * OrdPretrained:
 * @name: of the file, for people
 * @bytes: the ONNX model
 * @structure: whether the weights were left out of @bytes, because they were
 *   trained on and stand among the tensors of an Ordinate model
 * @output: the name of the value that is the feature; %NULL is the network's
 *   first output
 * @from: the node from which on it is trained; %NULL is all of it
 * @mean, @sd: of red, green and blue (0–1), by which its training pictures were
 *   normalised
 *
 * Read only.
 */
typedef struct
{
  char     *name;
  GBytes   *bytes;
  gboolean  structure;
  char     *output;
  char     *from;
  float     mean[3];
  float     sd[3];
} OrdPretrained;

/**
 * ord_pretrained_open:
 * @output, @from: (nullable)
 * @mean, @sd: (nullable): one number, or three with commas between; %NULL takes
 *   what the file's metadata say under "mean" and "sd", or the values of
 *   ImageNet
 *
 * The file is read and checked for being a sound ONNX model.
 */
OrdPretrained *ord_pretrained_open  (const char     *path,
                                     const char     *output,
                                     const char     *from,
                                     const char     *mean,
                                     const char     *sd,
                                     GError        **error);

/* (transfer full): a copy of @like with other @bytes, kept by reference. */
OrdPretrained *ord_pretrained_with  (const OrdPretrained *like,
                                     GBytes              *bytes,
                                     gboolean             structure);

/* Three numbers as text, as ord_pretrained_open() takes them. */
char          *ord_pretrained_triple_to_text (const float    triple[3]);
gboolean       ord_pretrained_parse_triple   (const char    *text,
                                              float          triple[3]);

OrdPretrained *ord_pretrained_ref   (OrdPretrained  *pretrained);
void           ord_pretrained_unref (OrdPretrained  *pretrained);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OrdPretrained, ord_pretrained_unref)

/* (transfer full): SHA-256 over all that decides its features. */
char          *ord_pretrained_hash  (const OrdPretrained *pretrained);

/* The size of pictures that it is made for, both sides 0 where they are free.
 * ORD_ERROR_OPTION: pictures too large to be trained on */
gboolean       ord_pretrained_get_size (const OrdPretrained *pretrained,
                                        int                 *width,
                                        int                 *height,
                                        GError             **error);

/* Puts the network's normalisation in place of that of the training images. A
 * grey picture has the mean of the three. */
void           ord_pretrained_normalise (const OrdPretrained *pretrained,
                                         OrdPreparation      *preparation);

G_END_DECLS
