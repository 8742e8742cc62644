/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A pretrained network as it is, run by ONNX Runtime: pictures in, features
 * out.
 */
#pragma once

#include "../ord-error.h"

G_BEGIN_DECLS

typedef struct _OrdOnnxSession OrdOnnxSession;

/**
 * ord_onnx_session_new:
 * @file: how messages call it
 * @output: (nullable): the output that is the feature; %NULL is the first
 * @threads: 0 leaves it to the library
 *
 * The input with pictures is the one of floats with four dims, the second of
 * which is 1, 3 or free (then 3). ORD_ERROR_MODEL where the network cannot be
 * run, or wants something else beside a picture.
 */
OrdOnnxSession *ord_onnx_session_new  (GBytes          *model,
                                       const char      *file,
                                       const char      *output,
                                       guint            threads,
                                       GError         **error);
void            ord_onnx_session_free (OrdOnnxSession  *session);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OrdOnnxSession, ord_onnx_session_free)

/* Channels of a picture: 1 or 3. */
guint    ord_onnx_session_get_channels (OrdOnnxSession  *session);

/* How many numbers a picture of this size becomes, by trying: (n, c, h, w) is
 * averaged over the place, of (n, tokens, c) the first token counts. */
gboolean ord_onnx_session_probe        (OrdOnnxSession  *session,
                                        guint            height,
                                        guint            width,
                                        guint           *n_features,
                                        GError         **error);

/**
 * ord_onnx_session_run:
 * @images: (n, channels, height, width), normalised
 * @features: (out): (n, n_features), as probed for this size
 */
gboolean ord_onnx_session_run          (OrdOnnxSession  *session,
                                        guint            n,
                                        guint            height,
                                        guint            width,
                                        const float     *images,
                                        float           *features,
                                        GError         **error);

G_END_DECLS
