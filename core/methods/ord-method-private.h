/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a method provides, one file per method. The trainer, the predictor and
 * the command line know methods only through this table and the registry in
 * ord-method.c.
 */
#pragma once

#include "../network/ord-parameter.h"
#include "ord-method.h"

G_BEGIN_DECLS

typedef struct _OrdMethod OrdMethod;
typedef struct _OrdMethodClass OrdMethodClass;

/**
 * OrdMethodBatch:
 * @features: (n, width), the encoder's output
 * @labels: (n, n_labels), standardised
 * @done: of the training that lies behind: from 0, below 1
 */
typedef struct
{
  guint        n;
  const float *features;
  const float *labels;
  double       done;
} OrdMethodBatch;

/**
 * OrdMethodClass:
 * @metric: whether distances of the space are to be those of the standardised
 *   labels: a space that hardly spreads along the labels has then collapsed
 * @new: a method for features of @width and labels of @n_labels
 * @prepare: (nullable): sees all standardised training labels (n, n_labels)
 *   before the first step; what it keeps belongs into @store
 * @loss: the loss of a batch; overwrites @d_features (n, width) and the
 *   gradients of the method's own parameters
 * @embed: (nullable): turns encoder output (n, width) into the features of the
 *   space, in place; %NULL where they are the same
 * @answer: (nullable): standardised values (n, n_labels) from features of the
 *   space; %NULL where the neighbours answer
 * @store, @load: (nullable): state beside the parameters
 */
struct _OrdMethodClass
{
  const char          *name;
  const char          *summary;
  const OrdOptionSpec *options;
  gboolean             metric;
  OrdMethod *(*new)    (const OrdOptions      *options,
                        guint                  width,
                        guint                  n_labels,
                        guint64                seed);
  void       (*free)   (OrdMethod             *method);
  void       (*prepare) (OrdMethod            *method,
                        const float           *labels,
                        gsize                  n);
  double     (*loss)   (OrdMethod             *method,
                        const OrdMethodBatch  *batch,
                        float                 *d_features);
  void       (*embed)  (OrdMethod             *method,
                        float                 *features,
                        gsize                  n);
  void       (*answer) (OrdMethod             *method,
                        const float           *features,
                        gsize                  n,
                        double                *values);
  void       (*store)  (OrdMethod             *method,
                        GPtrArray             *tensors);
  gboolean   (*load)   (OrdMethod             *method,
                        GPtrArray             *tensors,
                        GError               **error);
};

/* The head of every method's own structure. */
struct _OrdMethod
{
  const OrdMethodClass *klass;
  GPtrArray            *parameters; /* (element-type OrdParameter) */
  guint                 width;
  guint                 n_labels;
};

extern const OrdMethodClass ord_method_rm_loss;
extern const OrdMethodClass ord_method_l1;
extern const OrdMethodClass ord_method_mse;
extern const OrdMethodClass ord_method_ordreg;
extern const OrdMethodClass ord_method_atriplet_nn;
extern const OrdMethodClass ord_method_atriplet_l1;

OrdMethod *ord_method_new          (const char            *name,
                                    const OrdOptions      *options,
                                    guint                  width,
                                    guint                  n_labels,
                                    guint64                seed,
                                    GError               **error);
void       ord_method_free         (OrdMethod             *method);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OrdMethod, ord_method_free)

/* For the methods' own use: fills the head of @method. */
void       ord_method_init         (OrdMethod             *method,
                                    const OrdMethodClass  *klass,
                                    guint                  width,
                                    guint                  n_labels);

/* The class's calls, with the defaults of those it leaves out. */
void       ord_method_prepare      (OrdMethod             *method,
                                    const float           *labels,
                                    gsize                  n);
double     ord_method_loss         (OrdMethod             *method,
                                    const OrdMethodBatch  *batch,
                                    float                 *d_features);
void       ord_method_embed        (OrdMethod             *method,
                                    float                 *features,
                                    gsize                  n);
/* FALSE where the neighbours answer. */
gboolean   ord_method_answer       (OrdMethod             *method,
                                    const float           *features,
                                    gsize                  n,
                                    double                *values);
void       ord_method_store        (OrdMethod             *method,
                                    GPtrArray             *tensors);
gboolean   ord_method_load         (OrdMethod             *method,
                                    GPtrArray             *tensors,
                                    GError               **error);

G_END_DECLS
