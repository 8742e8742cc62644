/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is compared: methods, each with its settings and its pictures.
 */
#pragma once

#include "../data/ord-dataset.h"
#include "../encoder/ord-pretrained.h"
#include "../model/ord-trainer.h"
#include "../ord-options.h"

G_BEGIN_DECLS

/**
 * OrdVariant:
 * @name: for people, and unique: the method and what sets it apart from other
 *   variants of the same method ("rm-loss sigma=0.5")
 * @encoder: the kind of network, and what it is made from where it is a
 *   pretrained one: @pretrained
 * @options: every option of training
 * @dataset: what it is trained and tested on
 */
typedef struct
{
  char          *name;
  char          *method;
  char          *encoder;
  OrdPretrained *pretrained;
  OrdOptions    *options;
  OrdDataset    *dataset;
} OrdVariant;

void       ord_variant_free     (OrdVariant          *variant);

/**
 * ord_variants_new:
 * @encoder: the kind of network of all
 * @pretrained: (nullable): what it is made from
 *
 * Returns: (transfer full) (element-type OrdVariant): one of each method, with
 *   default options. An unknown name, or one that comes twice, is an
 *   ORD_ERROR_OPTION
 */
GPtrArray *ord_variants_new     (const char * const  *methods,
                                 const char          *encoder,
                                 OrdPretrained       *pretrained,
                                 OrdDataset          *dataset,
                                 GError             **error);

/* (transfer full): the options that any of the methods has, but for those that
 * every run of a comparison shares (seed, epochs, minutes). */
OrdOptions *ord_variants_known_options (const char * const  *methods,
                                        const char          *encoder,
                                        GError             **error);

/* (transfer full): to train it, with these of its options. */
OrdTrainer *ord_variant_trainer (const OrdVariant *variant,
                                 const OrdOptions *options);

/**
 * ord_variants_set:
 * @texts: values with commas between
 *
 * Sets an option of all variants that have it. Several values make as many
 * variants of each, named after their value.
 */
gboolean   ord_variants_set     (GPtrArray           *variants,
                                 const char          *name,
                                 const char          *texts,
                                 GError             **error);

/* Beside each variant, one that sees @dataset instead; named with @suffix. */
void       ord_variants_also_on (GPtrArray           *variants,
                                 OrdDataset          *dataset,
                                 const char          *suffix);

G_END_DECLS
