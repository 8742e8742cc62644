/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Bad files by the thousand, through all that reads ONNX files, up to the layers
 * they are rebuilt as: none may crash (AddressSanitizer watches in ./run fuzz),
 * take more memory than its size allows, or more than seconds of time.
 */
#include "allocation-count.h"
#include "mutation.h"
#include "net-fixture.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "onnx/ord-onnx-import.h"

/* Of the processor's time, as others may be at work. */
#define MAX_SECONDS 20

/* More than the budget of one parsing, as a file is parsed and stripped here
 * while the original is held. */
#define MAX_MEMORY(size) (140 * (size) + ((gsize) 4 << 20))

/* What has become of the files. */
static guint n_accepted, n_imported, n_refused_imports;

/* How to see the file again that is being tried. */
static char again[128];

static void
say_again (void)
{
  G_GNUC_UNUSED gssize n = write (STDERR_FILENO, again, strlen (again));
}

static void
on_time_out (int signal)
{
  const char words[] = "fuzz-onnx: a file takes too long\n";
  G_GNUC_UNUSED gssize n = write (STDERR_FILENO, words, sizeof words - 1);

  say_again ();
  _exit (1);
}

static void
on_abort (int signal)
{
  say_again ();
}

#ifdef __SANITIZE_ADDRESS__
void __sanitizer_set_death_callback (void (*callback) (void));
#endif

/* Every number is read, so that AddressSanitizer sees where it lies. */
static volatile double sink;

static void
read_tensor (const OrdOnnxTensor *tensor)
{
  double sum = 0;

  for (gsize i = 0; tensor->floats && i < tensor->count; i++)
    sum += tensor->floats[i];
  for (gsize i = 0; tensor->ints && i < tensor->count; i++)
    sum += tensor->ints[i];
  sink = sum;
}

static void
read_whole (const OrdOnnx *onnx)
{
  gint64 values[4];

  for (guint i = 0; i < ord_onnx_get_n_nodes (onnx); i++)
    {
      const OrdOnnxNode *node = ord_onnx_get_node (onnx, i);

      for (guint j = 0; j < node->n_inputs; j++)
        {
          const OrdOnnxTensor *tensor
            = ord_onnx_find_tensor (onnx, node->inputs[j]);

          if (tensor)
            read_tensor (tensor);
        }
      ord_onnx_node_ints (node, "pads", 4, values);
      ord_onnx_node_int (node, "group", 1);
      ord_onnx_node_float (node, "alpha", 1);
      ord_onnx_node_string (node, "auto_pad", "NOTSET");
    }
}

static void
strip (const OrdOnnx *onnx)
{
  g_autoptr (GError)  error = NULL;
  g_autoptr (GBytes)  stripped = ord_onnx_strip_weights (onnx, &error);
  g_autoptr (OrdOnnx) structure = NULL;

  g_assert_no_error (error);
  structure = ord_onnx_parse_structure (stripped, "stripped.onnx", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (ord_onnx_get_n_nodes (structure), ==,
                    ord_onnx_get_n_nodes (onnx));
}

static gsize
count_parameters (OrdGraph *graph)
{
  GPtrArray *parameters = ord_graph_get_parameters (graph);
  gsize      count = 0;

  for (guint i = 0; i < parameters->len; i++)
    count += ((OrdParameter *) g_ptr_array_index (parameters, i))->count;
  return count;
}

/* Into layers, for pictures of a size and kind that the file decides, and from
 * some node on or all of it. */
static void
import (const OrdOnnx *onnx,
        gsize          size,
        guint          draw)
{
  const int           sides[] = { 1, 16, 61, 224 };
  guint               n_nodes = ord_onnx_get_n_nodes (onnx);
  const OrdOnnxNode  *node = n_nodes > 0
                             ? ord_onnx_get_node (onnx, draw / 64 % n_nodes)
                             : NULL;
  const char         *output = node && node->n_outputs > 0 ? node->outputs[0]
                                                           : NULL;
  const OrdOnnxImport how = {
    .output = draw & 1 ? output : NULL,
    .from = draw & 2 ? output : NULL,
    .rate = 0.1,
    .height = sides[draw / 4 % 4],
    .width = sides[draw / 16 % 4],
    .channels = draw % 3 == 0 ? 1 : 3,
    .mean = { 0.4f, 0.5f, 0.6f },
    .sd = { 0.2f, 0.2f, 0.2f },
    .grey_mean = 0.5f,
    .grey_sd = 0.2f,
    .limit = size,
  };
  OrdGraph           *graph = ord_graph_new (1);
  OrdNode             image, feature = -1;
  g_autoptr (GError)  error = NULL;

  image = ord_graph_image_input (graph, "image", how.channels, FALSE);
  if (ord_onnx_import (onnx, &how, graph, image, &feature, &error))
    {
      g_assert_no_error (error);
      g_assert_cmpint (feature, >, image);
      g_assert_cmpuint (count_parameters (graph), <=,
                        ord_onnx_import_count (onnx, &how));
      g_assert_cmpuint (count_parameters (graph), <=, size);
      n_imported++;
    }
  else
    {
      g_assert_nonnull (error);
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
      n_refused_imports++;
    }
  ord_graph_free (graph);
}

/* All that a file goes through, as whole and as structure. */
static void
try_file (GBytes *bytes)
{
  g_autoptr (GError)  error = NULL;
  g_autoptr (OrdOnnx) onnx = ord_onnx_parse (bytes, "fuzz.onnx", &error);

  g_assert_true ((onnx != NULL) == (error == NULL));
  if (!onnx)
    {
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
      onnx = ord_onnx_parse_structure (bytes, "fuzz.onnx", NULL);
      if (!onnx)
        return;
    }
  else
    {
      n_accepted++;
      strip (onnx);
    }
  read_whole (onnx);
  import (onnx, g_bytes_get_size (bytes), g_bytes_hash (bytes));
}

/* --------------------------------------------------------------------- seeds */

static void
add_net (GPtrArray  *seeds,
         void      (*make) (Net *net))
{
  Net net;

  make (&net);
  g_ptr_array_add (seeds, net_to_bytes (&net));
  net_clear (&net);
}

static void
add_stripped (GPtrArray *seeds,
              GBytes    *bytes)
{
  g_autoptr (GError)  error = NULL;
  g_autoptr (OrdOnnx) onnx = ord_onnx_parse (bytes, "seed.onnx", &error);

  g_assert_no_error (error);
  g_ptr_array_add (seeds, ord_onnx_strip_weights (onnx, &error));
  g_assert_no_error (error);
}

static void
net_every_layer (Net *net)
{
  net_every_operator (net, -1, -1);
}

/* A graph of nodes with nothing in them: two bytes each in the file. */
static void
add_swarm (GPtrArray *seeds)
{
  GByteArray *graph = g_byte_array_new ();

  for (int i = 0; i < 50000; i++)
    {
      wire_varint (graph, 1 << 3 | 2);
      wire_varint (graph, 0);
    }
  g_ptr_array_add (seeds, g_byte_array_free_to_bytes (wire_wrap (graph, 7)));
}

/* Small ones are the most, as what is theirs is hit the most. */
static GPtrArray *
make_seeds (void)
{
  GPtrArray       *seeds = g_ptr_array_new_with_free_func (
                             (GDestroyNotify) g_bytes_unref);
  const char      *folder = g_getenv ("ORD_TEST_DATA");
  g_autofree char *path = NULL;
  char            *data;
  gsize            size;

  for (int i = 0; i < 8; i++)
    {
      add_net (seeds, net_convolution);
      add_net (seeds, net_everything);
      for (int k = 0; k < 3; k++)
        add_net (seeds, net_every_layer);
    }
  for (int i = 1; i < 4; i++)
    add_stripped (seeds, g_ptr_array_index (seeds, i));
  add_swarm (seeds);

  path = g_build_filename (folder ? folder : ".", "encoders",
                           "squeezenet-1.1-imagenet.onnx", NULL);
  if (g_file_get_contents (path, &data, &size, NULL))
    {
      g_ptr_array_add (seeds, g_bytes_new_take (data, size));
      add_stripped (seeds, g_ptr_array_index (seeds, seeds->len - 1));
    }
  else
    g_print ("# without SqueezeNet, which is not in ORD_TEST_DATA\n");
  return seeds;
}

/* ---------------------------------------------------------------------- trying */

/* A count that counts nothing would let all pass. */
static void
check_count (void)
{
  gsize    before = allocation_count_reset ();
  gpointer memory = g_malloc (1 << 20);

  *(volatile char *) memory = 0;
  g_free (memory);
  g_assert_cmpuint (allocation_count_peak () - before, >=, 1 << 20);
  g_assert_cmpuint (allocation_count_reset (), <, before + (1 << 19));
}

static void
limit_time (void)
{
  struct itimerval limit = { { 0, 0 }, { MAX_SECONDS, 0 } };

  setitimer (ITIMER_PROF, &limit, NULL);
}

static void
try_one (GPtrArray *seeds,
         guint32    seed,
         guint      index,
         double    *ratio)
{
  g_autoptr (GBytes) file = NULL;
  const guint32      state[2] = { seed, index };
  GRand             *rand = g_rand_new_with_seed_array (state, 2);
  gsize              before, taken, size;

  file = mutation_draw (seeds, rand);
  g_rand_free (rand);
  g_snprintf (again, sizeof again,
              "fuzz-onnx: it is made by --seed=%u --first=%u --files=1\n",
              seed, index);

  size = g_bytes_get_size (file);
  limit_time ();
  before = allocation_count_reset ();
  try_file (file);
  taken = allocation_count_peak () - before;
  if (taken > MAX_MEMORY (size))
    {
      g_printerr ("fuzz-onnx: a file of %" G_GSIZE_FORMAT " bytes takes %"
                  G_GSIZE_FORMAT "\n", size, taken);
      say_again ();
      exit (1);
    }
  *ratio = MAX (*ratio, (double) taken / (size + ((gsize) 1 << 20)));
}

int
main (int   argc,
      char *argv[])
{
  g_autoptr (GOptionContext) context = NULL;
  g_autoptr (GError)         error = NULL;
  g_autoptr (GPtrArray)      seeds = NULL;
  gint64                     end;
  int                        seed = 1, first = 0, files = 400, seconds = 0;
  guint                      n = 0;
  double                     ratio = 0;
  const GOptionEntry         options[] = {
    { "seed", 0, 0, G_OPTION_ARG_INT, &seed, "Of all draws", "N" },
    { "first", 0, 0, G_OPTION_ARG_INT, &first, "Number of the first file",
      "N" },
    { "files", 0, 0, G_OPTION_ARG_INT, &files, "Number of files", "N" },
    { "seconds", 0, 0, G_OPTION_ARG_INT, &seconds,
      "Time to spend, instead of a number of files", "N" },
    { NULL },
  };

  context = g_option_context_new ("- bad files for the readers of ONNX");
  g_option_context_add_main_entries (context, options, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    {
      g_printerr ("fuzz-onnx: %s\n", error->message);
      return 2;
    }

  allocation_count_init ();
  check_count ();
  signal (SIGPROF, on_time_out);
  signal (SIGABRT, on_abort);
#ifdef __SANITIZE_ADDRESS__
  __sanitizer_set_death_callback (say_again);
#endif
  seeds = make_seeds ();

  end = g_get_monotonic_time () + (gint64) seconds * G_USEC_PER_SEC;
  while (seconds > 0 ? g_get_monotonic_time () < end : n < (guint) files)
    try_one (seeds, seed, first + n++, &ratio);

  g_print ("# %u files: %u accepted, %u refused; rebuilt as layers %u, refused "
           "for that %u; at most %.1f times (size + 1 MiB) in memory\n1..1\n"
           "ok 1 /fuzz-onnx/bad-files-do-no-harm\n", n, n_accepted,
           n - n_accepted, n_imported, n_refused_imports, ratio);
  return 0;
}
