/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Frozen networks by ONNX Runtime's C interface. A file is read by our own
 * parser first, which refuses what a runtime would follow: data in further
 * files, and shapes and nesting made to harm. What ONNX Runtime has to say
 * goes to the debug log.
 */
#include "ord-onnx-session.h"
#include "ord-onnx.h"

#include <fcntl.h>
#include <gmodule.h>
#include <math.h>
#include <onnxruntime_c_api.h>
#include <string.h>
#include <unistd.h>

/**
 * OrdOnnxSession:
 * @input: the name of the one for pictures
 * @batch: 1 where the network takes one picture at a time, else -1
 * @probed_height: of the pictures that give @n_features; 0 before the first
 *   probe
 * @rank: of the output for them
 */
struct _OrdOnnxSession
{
  char          *file;
  const OrtApi  *api;
  OrtEnv        *env;
  OrtSession    *session;
  OrtMemoryInfo *memory;
  char          *input;
  char          *output;
  guint          channels;
  gint64         batch;
  guint          probed_height;
  guint          probed_width;
  guint          n_features;
  guint          rank;
};

/**
 * Port:
 * @is_float: 32 bits
 * @dims: (n_dims): -1 where free
 */
typedef struct
{
  char     *name;
  gboolean  is_float;
  gsize     n_dims;
  gint64    dims[ORD_ONNX_MAX_DIMS];
} Port;

static void
port_clear (gpointer data)
{
  Port *port = data;

  g_free (port->name);
}

static void
log_message (void            *param,
             OrtLoggingLevel  severity,
             const char      *category,
             const char      *id,
             const char      *location,
             const char      *message)
{
  g_debug ("ONNX Runtime: %s (%s)", message, location);
}

/* Takes @status; %TRUE where it is none. */
static gboolean
check (OrdOnnxSession  *session,
       OrdError         code,
       OrtStatus       *status,
       GError         **error)
{
  g_autofree char *words = NULL;

  if (!status)
    return TRUE;
  words = g_utf8_make_valid (session->api->GetErrorMessage (status), -1);
  session->api->ReleaseStatus (status);
  g_set_error (error, ORD_ERROR, code,
               code == ORD_ERROR_MODEL
                 ? "ONNX Runtime cannot use the network “%s”: %s (choose "
                   "another one, or export it for an older version)"
                 : "ONNX Runtime cannot compute the network “%s”: %s (try "
                   "another size of pictures, or another network)",
               session->file, words);
  return FALSE;
}

#define LOADING(call) check (session, ORD_ERROR_MODEL, api->call, error)
#define RUNNING(call) check (session, ORD_ERROR_LIBRARY, api->call, error)

static gboolean G_GNUC_PRINTF (3, 4)
unfit (OrdOnnxSession  *session,
       GError         **error,
       const char      *format,
       ...)
{
  g_autofree char *words = NULL;
  va_list          args;

  va_start (args, format);
  words = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, ORD_ERROR, ORD_ERROR_MODEL,
               "The network “%s” is not one from pictures to features: %s",
               session->file, words);
  return FALSE;
}

/* Debian's ONNX Runtime registers the operators that its libonnx has registered
 * already, and for each of them libonnx complains straight to the standard
 * error, past all logging: 500 lines that mean nothing, with the first session
 * of a process. While sessions are made, that leads nowhere; one thread at a
 * time, so that it comes back to where it was. */
static OrtStatus *
create_session (OrdOnnxSession          *session,
                GBytes                  *model,
                const OrtSessionOptions *options)
{
  static GMutex mutex;
  OrtStatus    *status;
  gsize         size;
  gconstpointer data = g_bytes_get_data (model, &size);
  int           own, nowhere;

  g_mutex_lock (&mutex);
  own = fcntl (STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
  nowhere = own < 0 ? -1 : open ("/dev/null", O_WRONLY | O_CLOEXEC);
  if (nowhere >= 0)
    dup2 (nowhere, STDERR_FILENO);

  status = session->api->CreateSessionFromArray (session->env, data, size,
                                                 options, &session->session);

  if (nowhere >= 0)
    {
      dup2 (own, STDERR_FILENO);
      close (nowhere);
    }
  if (own >= 0)
    close (own);
  g_mutex_unlock (&mutex);
  return status;
}

static gboolean
start (OrdOnnxSession  *session,
       GBytes          *model,
       guint            threads,
       GError         **error)
{
  const OrtApi      *api = session->api;
  OrtSessionOptions *options = NULL;
  gboolean           done;

  /* A number of our own: by default threads are tied to processors, of which
   * a container may not have all. */
  if (threads == 0)
    threads = g_get_num_processors ();

  done = LOADING (CreateEnvWithCustomLogger (log_message, NULL,
                                             ORT_LOGGING_LEVEL_WARNING,
                                             "ordinate", &session->env))
         && LOADING (CreateSessionOptions (&options))
         && LOADING (SetIntraOpNumThreads (options, MIN (threads, 1024)))
         && LOADING (SetInterOpNumThreads (options, 1))
         && LOADING (AddSessionConfigEntry (options,
                                            "session.intra_op.allow_spinning",
                                            "0"))
         && check (session, ORD_ERROR_MODEL,
                   create_session (session, model, options), error)
         && LOADING (CreateCpuMemoryInfo (OrtArenaAllocator, OrtMemTypeDefault,
                                          &session->memory));
  if (options)
    api->ReleaseSessionOptions (options);
  return done;
}

/* --------------------------------------------------------- inputs and outputs */

static gboolean
read_tensor_type (OrdOnnxSession                  *session,
                  const OrtTensorTypeAndShapeInfo *info,
                  Port                            *port,
                  GError                         **error)
{
  const OrtApi             *api = session->api;
  ONNXTensorElementDataType type;

  if (!LOADING (GetTensorElementType (info, &type))
      || !LOADING (GetDimensionsCount (info, &port->n_dims)))
    return FALSE;
  if (port->n_dims > ORD_ONNX_MAX_DIMS)
    return TRUE;
  port->is_float = type == ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT;
  return LOADING (GetDimensions (info, port->dims, port->n_dims));
}

static gboolean
read_type (OrdOnnxSession  *session,
           OrtTypeInfo     *info,
           Port            *port,
           GError         **error)
{
  const OrtApi                    *api = session->api;
  const OrtTensorTypeAndShapeInfo *tensor = NULL;

  return LOADING (CastTypeInfoToTensorInfo (info, &tensor))
         && (!tensor || read_tensor_type (session, tensor, port, error));
}

static gboolean
read_port (OrdOnnxSession  *session,
           gboolean         is_input,
           gsize            index,
           GArray          *ports,
           GError         **error)
{
  const OrtApi *api = session->api;
  OrtAllocator *allocator;
  OrtTypeInfo  *info = NULL;
  char         *name = NULL;
  Port          port = { 0 };
  gboolean      done;

  if (!LOADING (GetAllocatorWithDefaultOptions (&allocator))
      || !(is_input ? LOADING (SessionGetInputName (session->session, index,
                                                    allocator, &name))
                    : LOADING (SessionGetOutputName (session->session, index,
                                                     allocator, &name))))
    return FALSE;
  port.name = g_strdup (name);
  allocator->Free (allocator, name);

  done = (is_input ? LOADING (SessionGetInputTypeInfo (session->session, index,
                                                       &info))
                   : LOADING (SessionGetOutputTypeInfo (session->session,
                                                        index, &info)))
         && read_type (session, info, &port, error);
  if (info)
    api->ReleaseTypeInfo (info);
  g_array_append_val (ports, port);
  return done;
}

/* (transfer full) (element-type Port) (nullable) */
static GArray *
read_ports (OrdOnnxSession  *session,
            gboolean         is_input,
            GError         **error)
{
  const OrtApi      *api = session->api;
  g_autoptr (GArray) ports = g_array_new (FALSE, FALSE, sizeof (Port));
  gsize              n;

  g_array_set_clear_func (ports, port_clear);
  if (!(is_input ? LOADING (SessionGetInputCount (session->session, &n))
                 : LOADING (SessionGetOutputCount (session->session, &n))))
    return NULL;
  for (gsize i = 0; i < n; i++)
    if (!read_port (session, is_input, i, ports, error))
      return NULL;
  return g_steal_pointer (&ports);
}

/* Free channels are 3, as transformers are often exported. */
static gboolean
takes_pictures (const Port *port)
{
  return port->is_float && port->n_dims == 4
         && (port->dims[1] == 3 || port->dims[1] == 1 || port->dims[1] == -1);
}

static gboolean
has_usual_name (const Port *port)
{
  static const char * const usual[] = { "image", "input", "pixel_values",
                                        NULL };

  return g_strv_contains (usual, port->name);
}

/* (transfer none) (nullable) */
static const Port *
choose_input (GArray *ports)
{
  const Port *chosen = NULL;

  for (guint i = 0; i < ports->len; i++)
    {
      const Port *port = &g_array_index (ports, Port, i);

      if (takes_pictures (port)
          && (!chosen || (!has_usual_name (chosen) && has_usual_name (port))))
        chosen = port;
    }
  return chosen;
}

/* (transfer full): all but @but, in quotes. */
static char *
list_ports (GArray     *ports,
            const Port *but)
{
  GString *list = g_string_new (NULL);

  for (guint i = 0; i < ports->len; i++)
    if (&g_array_index (ports, Port, i) != but)
      g_string_append_printf (list, "%s“%s”", list->len ? ", " : "",
                              g_array_index (ports, Port, i).name);
  return g_string_free (list, FALSE);
}

static gboolean
find_input (OrdOnnxSession  *session,
            GError         **error)
{
  g_autoptr (GArray) ports = read_ports (session, TRUE, error);
  g_autofree char   *others = NULL;
  const Port        *input;

  if (!ports)
    return FALSE;
  input = choose_input (ports);
  others = list_ports (ports, input);
  if (!input)
    return unfit (session, error, "none of its inputs (%s) takes 32-bit floats "
                  "of the shape (pictures, 1 or 3 channels, height, width); "
                  "export it so", *others ? others : "there are none");
  if (ports->len > 1)
    return unfit (session, error, "beside “%s” it also needs %s; export it "
                  "with these fixed, or only its part for pictures",
                  input->name, others);
  if (input->dims[0] != -1 && input->dims[0] != 1)
    return unfit (session, error, "it takes just %" G_GINT64_FORMAT
                  " pictures at a time; export it with that number free",
                  input->dims[0]);

  session->input = g_strdup (input->name);
  session->channels = input->dims[1] == 1 ? 1 : 3;
  session->batch = input->dims[0];
  return TRUE;
}

static gboolean
find_output (OrdOnnxSession  *session,
             const char      *name,
             GError         **error)
{
  g_autoptr (GArray) ports = read_ports (session, FALSE, error);
  g_autofree char   *list = NULL;

  if (!ports)
    return FALSE;
  for (guint i = 0; i < ports->len && !session->output; i++)
    {
      const Port *port = &g_array_index (ports, Port, i);

      if (port->is_float && (!name || strcmp (name, port->name) == 0))
        session->output = g_strdup (port->name);
    }
  if (session->output)
    return TRUE;

  list = list_ports (ports, NULL);
  if (!name)
    return unfit (session, error, "none of its outputs (%s) is of 32-bit "
                  "floats; export it so", list);
  g_set_error (error, ORD_ERROR, ORD_ERROR_OPTION,
               "The network “%s” has no output “%s” of 32-bit floats; its "
               "outputs are %s", session->file, name, list);
  return FALSE;
}

/* The library is opened when the first network asks for it, and stays: linked,
 * it would add a quarter to the start of every process, GIMP's questions to the
 * plug-in included. */
static gpointer
load_library (gpointer unused)
{
  GModule  *module = g_module_open (ORD_ONNXRUNTIME, G_MODULE_BIND_LAZY |
                                                     G_MODULE_BIND_LOCAL);
  gpointer  symbol = NULL;

  if (module && g_module_symbol (module, "OrtGetApiBase", &symbol))
    g_module_make_resident (module);
  return symbol;
}

static const OrtApiBase *
get_base (void)
{
  static GOnce once = G_ONCE_INIT;
  union { gpointer symbol; const OrtApiBase *(*call) (void); } base;

  base.symbol = g_once (&once, load_library, NULL);
  return base.symbol ? base.call () : NULL;
}

const char *
ord_onnx_session_library (void)
{
  const OrtApiBase *base = get_base ();

  return base ? base->GetVersionString () : "none";
}

static const OrtApi *
get_api (const char  *file,
         GError     **error)
{
  const OrtApiBase *base = get_base ();
  const OrtApi     *api;

  if (!base)
    {
      g_set_error (error, ORD_ERROR, ORD_ERROR_LIBRARY,
                   "The network “%s” needs ONNX Runtime, and %s cannot be "
                   "loaded; install it", file, ORD_ONNXRUNTIME);
      return NULL;
    }
  api = base->GetApi (ORT_API_VERSION);
  if (!api)
    g_set_error (error, ORD_ERROR, ORD_ERROR_LIBRARY,
                 "The network “%s” needs ONNX Runtime 1.%d or later, and "
                 "%s is installed; update it", file, ORT_API_VERSION,
                 base->GetVersionString ());
  return api;
}

OrdOnnxSession *
ord_onnx_session_new (GBytes      *model,
                      const char  *file,
                      const char  *output,
                      guint        threads,
                      GError     **error)
{
  g_autoptr (OrdOnnxSession) session = NULL;
  OrdOnnx                   *onnx;

  g_return_val_if_fail (model != NULL, NULL);
  g_return_val_if_fail (file != NULL, NULL);

  onnx = ord_onnx_parse (model, file, error);
  if (!onnx)
    return NULL;
  ord_onnx_free (onnx);

  session = g_new0 (OrdOnnxSession, 1);
  session->file = g_strdup (file);
  session->api = get_api (file, error);
  if (!session->api || !start (session, model, threads, error)
      || !find_input (session, error)
      || !find_output (session, output, error))
    return NULL;
  return g_steal_pointer (&session);
}

void
ord_onnx_session_free (OrdOnnxSession *session)
{
  if (!session)
    return;
  if (session->memory)
    session->api->ReleaseMemoryInfo (session->memory);
  if (session->session)
    session->api->ReleaseSession (session->session);
  if (session->env)
    session->api->ReleaseEnv (session->env);
  g_free (session->file);
  g_free (session->input);
  g_free (session->output);
  g_free (session);
}

const char *
ord_onnx_session_get_input (const OrdOnnxSession *session)
{
  g_return_val_if_fail (session != NULL, NULL);

  return session->input;
}

const char *
ord_onnx_session_get_output (const OrdOnnxSession *session)
{
  g_return_val_if_fail (session != NULL, NULL);

  return session->output;
}

guint
ord_onnx_session_get_rank (const OrdOnnxSession *session)
{
  g_return_val_if_fail (session != NULL, 0);

  return session->rank;
}

guint
ord_onnx_session_get_channels (const OrdOnnxSession *session)
{
  g_return_val_if_fail (session != NULL, 0);

  return session->channels;
}

/* ----------------------------------------------------------------- computing */

/**
 * Result:
 * @values: (nullable): the numbers of @value
 * @n_features: of each picture
 * @stride: from one picture to the next
 * @area: numbers that are averaged to one feature; 1 where none are
 * @rank: its dimensions
 */
typedef struct
{
  OrtValue    *value;
  const float *values;
  gsize        n_features;
  gsize        stride;
  gsize        area;
  gsize        rank;
} Result;

static gboolean
read_layout (OrdOnnxSession  *session,
             const Port      *port,
             guint            n,
             Result          *result,
             GError         **error)
{
  const gint64 *dims = port->dims;

  if (!port->is_float || port->n_dims < 1 || dims[0] != n)
    return unfit (session, error, "its output “%s” has not a row for each "
                  "picture; choose another output", session->output);

  result->rank = port->n_dims;
  result->stride = 1;
  for (gsize i = 1; i < port->n_dims; i++)
    if (dims[i] < 1
        || !g_size_checked_mul (&result->stride, result->stride, dims[i]))
      return unfit (session, error, "its output “%s” is empty; choose another "
                    "output, or larger pictures", session->output);

  result->area = port->n_dims == 4 ? dims[2] * dims[3] : 1;
  result->n_features = port->n_dims == 3 ? (gsize) dims[2]
                                         : result->stride / result->area;
  if (result->n_features > G_MAXINT32)
    return unfit (session, error, "it has too many features");
  return TRUE;
}

static gboolean
read_result (OrdOnnxSession  *session,
             guint            n,
             Result          *result,
             GError         **error)
{
  const OrtApi              *api = session->api;
  OrtTensorTypeAndShapeInfo *info = NULL;
  Port                       port = { 0 };
  void                      *values;
  gboolean                   done;

  if (!RUNNING (GetTensorTypeAndShape (result->value, &info)))
    return FALSE;
  done = read_tensor_type (session, info, &port, error);
  api->ReleaseTensorTypeAndShapeInfo (info);
  if (!done || !read_layout (session, &port, n, result, error)
      || !RUNNING (GetTensorMutableData (result->value, &values)))
    return FALSE;
  result->values = values;
  return TRUE;
}

/* @result: its value is to be released in any case. */
static gboolean
compute (OrdOnnxSession  *session,
         guint            n,
         guint            height,
         guint            width,
         const float     *images,
         Result          *result,
         GError         **error)
{
  const OrtApi       *api = session->api;
  const gint64        shape[4] = { n, session->channels, height, width };
  gsize               count = (gsize) n * session->channels * height * width;
  const char * const  inputs[] = { session->input };
  const char * const  outputs[] = { session->output };
  OrtValue           *input = NULL;
  gboolean            done;

  /* It is only read. */
  done = RUNNING (CreateTensorWithDataAsOrtValue (
                    session->memory, (void *) images, count * sizeof *images,
                    shape, 4, ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT, &input))
         && RUNNING (Run (session->session, NULL, inputs,
                          (const OrtValue * const *) &input, 1, outputs, 1,
                          &result->value))
         && read_result (session, n, result, error);
  if (input)
    api->ReleaseValue (input);
  return done;
}

static void
release (OrdOnnxSession *session,
         Result         *result)
{
  if (result->value)
    session->api->ReleaseValue (result->value);
}

gboolean
ord_onnx_session_probe (OrdOnnxSession  *session,
                        guint            height,
                        guint            width,
                        guint           *n_features,
                        GError         **error)
{
  g_autofree float *black = NULL;
  Result            result = { 0 };
  gboolean          done;

  g_return_val_if_fail (session != NULL, FALSE);
  g_return_val_if_fail (height > 0 && height <= 65536, FALSE);
  g_return_val_if_fail (width > 0 && width <= 65536, FALSE);

  black = g_try_new0 (float, (gsize) session->channels * height * width);
  if (!black)
    {
      g_set_error (error, ORD_ERROR, ORD_ERROR_LIBRARY,
                   "There is no memory for pictures of %u×%u; choose a "
                   "smaller size", width, height);
      return FALSE;
    }
  done = compute (session, 1, height, width, black, &result, error);
  release (session, &result);
  if (!done)
    return FALSE;
  session->probed_height = height;
  session->probed_width = width;
  session->n_features = result.n_features;
  session->rank = result.rank;
  *n_features = result.n_features;
  return TRUE;
}

/* @features: (n, n_features) */
static gboolean
copy_features (OrdOnnxSession  *session,
               const Result    *result,
               guint            n,
               float           *features,
               GError         **error)
{
  if (result->n_features != session->n_features)
    return unfit (session, error, "it gives now %" G_GSIZE_FORMAT ", now %u "
                  "features; choose another output", result->n_features,
                  session->n_features);

  for (gsize i = 0; i < n; i++)
    for (gsize j = 0; j < result->n_features; j++)
      {
        const float *from = result->values + i * result->stride
                            + j * result->area;
        double       sum = 0;

        for (gsize k = 0; k < result->area; k++)
          sum += from[k];
        sum /= result->area;
        if (!isfinite ((float) sum))
          return unfit (session, error, "feature %" G_GSIZE_FORMAT " of a "
                        "picture is not a finite number; choose another "
                        "network", j + 1);
        features[i * result->n_features + j] = sum;
      }
  return TRUE;
}

gboolean
ord_onnx_session_run (OrdOnnxSession  *session,
                      guint            n,
                      guint            height,
                      guint            width,
                      const float     *images,
                      float           *features,
                      GError         **error)
{
  guint at_once, done;
  gsize picture;

  g_return_val_if_fail (session != NULL, FALSE);
  g_return_val_if_fail (height == session->probed_height, FALSE);
  g_return_val_if_fail (width == session->probed_width, FALSE);
  g_return_val_if_fail (n == 0 || (images != NULL && features != NULL), FALSE);

  at_once = session->batch == 1 ? 1 : n;
  picture = (gsize) session->channels * height * width;
  for (done = 0; done < n; done += at_once)
    {
      Result   result = { 0 };
      gboolean good;

      good = compute (session, at_once, height, width,
                      images + done * picture, &result, error)
             && copy_features (session, &result, at_once,
                               features + (gsize) done * session->n_features,
                               error);
      release (session, &result);
      if (!good)
        return FALSE;
    }
  return TRUE;
}
