/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A network from an ONNX file used as it is: pictures to features, by ONNX
 * Runtime.
 */
#pragma once

#include "../ord-error.h"

G_BEGIN_DECLS

typedef struct _OrdOnnxSession OrdOnnxSession;

/* @file: how messages call it.
 * @output: (nullable): which of the network's outputs; the first of 32-bit
 *   floats where none is named
 * @threads: 0 for as many as there are processors
 *
 * The pictures go into the input of 32-bit floats and shape (n, channels,
 * height, width) with 1 or 3 channels; a network that needs more than that is
 * refused.
 *
 * ORD_ERROR_MODEL: the file, as in ord_onnx_parse(), or the network is not one
 * from pictures to features; ORD_ERROR_OPTION: there is no such output */
OrdOnnxSession *ord_onnx_session_new  (GBytes      *model,
                                       const char  *file,
                                       const char  *output,
                                       guint        threads,
                                       GError     **error);
void            ord_onnx_session_free (OrdOnnxSession *session);

/* (transfer none): what pictures go into, and features come from. */
const char *ord_onnx_session_get_input  (const OrdOnnxSession *session);
const char *ord_onnx_session_get_output (const OrdOnnxSession *session);

guint    ord_onnx_session_get_channels (const OrdOnnxSession *session);

/* Computes a black picture of that size and says how many features it has:
 * maps (n, c, h, w) are averaged to (n, c), of tokens (n, tokens, d) the first
 * one is taken, all else is a row of numbers as it comes. Needed before
 * ord_onnx_session_run() with pictures of that size.
 * ORD_ERROR_LIBRARY: the network cannot be computed for them */
gboolean ord_onnx_session_probe (OrdOnnxSession  *session,
                                 guint            height,
                                 guint            width,
                                 guint           *n_features,
                                 GError         **error);

/* Dimensions of the output, its rows included, as the last probe has found
 * them; 0 before the first. */
guint    ord_onnx_session_get_rank (const OrdOnnxSession *session);

/* @images: (n, channels, height, width), of the size last probed
 * @features: (n, n_features)
 * Not from two threads at once. */
gboolean ord_onnx_session_run   (OrdOnnxSession  *session,
                                 guint            n,
                                 guint            height,
                                 guint            width,
                                 const float     *images,
                                 float           *features,
                                 GError         **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OrdOnnxSession, ord_onnx_session_free)

/* (transfer none): the version of ONNX Runtime that runs them. */
const char     *ord_onnx_session_library (void);

G_END_DECLS
