/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * ONNX Runtime behind a few calls. Every object of the library belongs to a
 * session and goes with it.
 */
#include "ord-onnx-session.h"

#include <fcntl.h>
#include <gmodule.h>
#include <onnxruntime_c_api.h>
#include <unistd.h>

struct _OrdOnnxSession
{
  const OrtApi   *api;
  OrtEnv         *env;         /* borrowed */
  OrtSession     *session;
  OrtMemoryInfo  *memory;
  char           *file;
  char           *input;
  char           *output;
  guint           channels;
  gboolean        one_by_one;  /* the batch is fixed at one picture */
  guint           n_features;  /* as probed */
};

static gboolean
check (OrdOnnxSession  *self,
       OrtStatus       *status,
       GError         **error)
{
  if (!status)
    return TRUE;
  g_set_error (error, ORD_ERROR, ORD_ERROR_MODEL,
               "ONNX Runtime cannot run %s: %s", self->file,
               self->api->GetErrorMessage (status));
  self->api->ReleaseStatus (status);
  return FALSE;
}

static void
log_quietly (void                *data,
             OrtLoggingLevel      level,
             const char          *category,
             const char          *id,
             const char          *place,
             const char          *message)
{
  g_debug ("ONNX Runtime: %s (%s)", message, place);
}

void
ord_onnx_session_free (OrdOnnxSession *self)
{
  if (!self)
    return;
  if (self->session)
    self->api->ReleaseSession (self->session);
  if (self->memory)
    self->api->ReleaseMemoryInfo (self->memory);
  g_free (self->file);
  g_free (self->input);
  g_free (self->output);
  g_free (self);
}

/* The library and its environment, of which it allows one in a process. */
typedef struct
{
  const OrtApi *api;
  OrtEnv       *env;
} Library;

static Library *
load (void)
{
  union { gpointer symbol; const OrtApiBase *(*call) (void); } base = { NULL };
  GModule *module = g_module_open (ORD_ONNXRUNTIME, G_MODULE_BIND_LAZY |
                                                    G_MODULE_BIND_LOCAL);
  Library *library = g_new0 (Library, 1);

  if (module && g_module_symbol (module, "OrtGetApiBase", &base.symbol))
    {
      g_module_make_resident (module);
      library->api = base.call ()->GetApi (ORT_API_VERSION);
    }
  if (library->api &&
      library->api->CreateEnvWithCustomLogger (log_quietly, NULL,
                                               ORT_LOGGING_LEVEL_WARNING,
                                               "ordinate", &library->env))
    library->api = NULL;
  return library;
}

/* Opened when it is first needed: few models ask for it. */
static gpointer
load_once (gpointer unused)
{
  return load ();
}

static const Library *
get_library (GError **error)
{
  static GOnce   once = G_ONCE_INIT;
  const Library *library = g_once (&once, load_once, NULL);

  if (library->api)
    return library;
  g_set_error (error, ORD_ERROR, ORD_ERROR_LIBRARY,
               "ONNX Runtime (%s), which runs pretrained networks, cannot be "
               "loaded; install it, or use a model without one",
               ORD_ONNXRUNTIME);
  return NULL;
}

/* Debian's version 1.21 brings the schemas of ONNX's operators twice, and with
 * the first session writes a thousand lines about it to standard error, past its
 * own log, which nobody can act on. */
static OrtStatus *
create_quietly (OrdOnnxSession    *self,
                GBytes            *model,
                OrtSessionOptions *options)
{
  static GMutex mutex;
  int           kept, nowhere;
  OrtStatus    *status;

  g_mutex_lock (&mutex);
  kept = fcntl (STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
  nowhere = kept < 0 ? -1 : open ("/dev/null", O_WRONLY | O_CLOEXEC);
  if (nowhere >= 0)
    dup2 (nowhere, STDERR_FILENO);
  status = self->api->CreateSessionFromArray (self->env,
                                              g_bytes_get_data (model, NULL),
                                              g_bytes_get_size (model), options,
                                              &self->session);
  if (nowhere >= 0)
    {
      dup2 (kept, STDERR_FILENO);
      close (nowhere);
    }
  if (kept >= 0)
    close (kept);
  g_mutex_unlock (&mutex);
  return status;
}

static gboolean
open_session (OrdOnnxSession  *self,
              GBytes          *model,
              guint            threads,
              GError         **error)
{
  OrtSessionOptions *options = NULL;
  gboolean           opened;

  if (!check (self, self->api->CreateSessionOptions (&options), error))
    return FALSE;
  opened =
    (threads == 0 ||
     check (self, self->api->SetIntraOpNumThreads (options, (int) threads),
            error)) &&
    /* Waiting threads would take the processors from ours. */
    check (self, self->api->AddSessionConfigEntry (
             options, "session.intra_op.allow_spinning", "0"), error) &&
    check (self, create_quietly (self, model, options), error) &&
    check (self, self->api->CreateCpuMemoryInfo (
             OrtArenaAllocator, OrtMemTypeDefault, &self->memory), error);
  self->api->ReleaseSessionOptions (options);

  return opened;
}

/* A name of the library's own memory, as ours. */
static char *
take_name (OrdOnnxSession *self,
           OrtAllocator   *allocator,
           char           *name)
{
  char *copy = g_strdup (name);

  if (self->api->AllocatorFree (allocator, name))
    g_debug ("ONNX Runtime: a name was not freed");
  return copy;
}

/* Whether input @i takes pictures; sets channels and whether one by one. */
static gboolean
takes_pictures (OrdOnnxSession  *self,
                size_t           i,
                gboolean        *does,
                GError         **error)
{
  OrtTypeInfo                     *type = NULL;
  const OrtTensorTypeAndShapeInfo *shape = NULL;
  ONNXTensorElementDataType        element = 0;
  int64_t                          dims[4] = { 0 };
  size_t                           rank = 0;
  gboolean                         known;

  *does = FALSE;
  if (!check (self, self->api->SessionGetInputTypeInfo (self->session, i, &type),
              error))
    return FALSE;
  known = check (self, self->api->CastTypeInfoToTensorInfo (type, &shape), error);
  if (known && shape)
    known = check (self, self->api->GetTensorElementType (shape, &element),
                   error) &&
            check (self, self->api->GetDimensionsCount (shape, &rank), error) &&
            (rank != 4 ||
             check (self, self->api->GetDimensions (shape, dims, 4), error));
  self->api->ReleaseTypeInfo (type);
  if (!known)
    return FALSE;
  if (shape && element == ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT && rank == 4 &&
      (dims[1] == 1 || dims[1] == 3 || dims[1] < 0))
    {
      *does = TRUE;
      self->channels = dims[1] == 1 ? 1 : 3;
      self->one_by_one = dims[0] == 1;
    }
  return TRUE;
}

static gboolean
find_input (OrdOnnxSession  *self,
            OrtAllocator    *allocator,
            GError         **error)
{
  size_t n = 0;

  if (!check (self, self->api->SessionGetInputCount (self->session, &n), error))
    return FALSE;
  for (size_t i = 0; i < n; i++)
    {
      char     *name = NULL;
      gboolean  does;

      if (!check (self, self->api->SessionGetInputName (self->session, i,
                                                        allocator, &name),
                  error))
        return FALSE;
      g_free (self->input);
      self->input = take_name (self, allocator, name);
      if (!takes_pictures (self, i, &does, error))
        return FALSE;
      if (!does || n > 1)
        {
          g_set_error (error, ORD_ERROR, ORD_ERROR_MODEL,
                       "%s should take pictures alone (floats: number, 1 or 3 "
                       "channels, height, width), and has %" G_GSIZE_FORMAT
                       " inputs, such as “%s”; export it with just that one",
                       self->file, (gsize) n, self->input);
          return FALSE;
        }
    }
  return self->input != NULL;
}

static gboolean
find_output (OrdOnnxSession  *self,
             OrtAllocator    *allocator,
             const char      *wanted,
             GError         **error)
{
  g_autoptr (GString) known = g_string_new (NULL);
  size_t              n = 0;

  if (!check (self, self->api->SessionGetOutputCount (self->session, &n), error))
    return FALSE;
  for (size_t i = 0; i < n && !self->output; i++)
    {
      g_autofree char *copy = NULL;
      char            *name = NULL;

      if (!check (self, self->api->SessionGetOutputName (self->session, i,
                                                         allocator, &name),
                  error))
        return FALSE;
      copy = take_name (self, allocator, name);
      g_string_append_printf (known, "%s%s", i > 0 ? ", " : "", copy);
      if (!wanted || g_str_equal (copy, wanted))
        self->output = g_steal_pointer (&copy);
    }
  if (self->output)
    return TRUE;
  g_set_error (error, ORD_ERROR, ORD_ERROR_OPTION,
               "%s has no output “%s”; it has %s", self->file,
               wanted ? wanted : "", known->len > 0 ? known->str : "none");
  return FALSE;
}

OrdOnnxSession *
ord_onnx_session_new (GBytes      *model,
                      const char  *file,
                      const char  *output,
                      guint        threads,
                      GError     **error)
{
  g_autoptr (OrdOnnxSession)  self = NULL;
  OrtAllocator               *allocator = NULL;
  const Library              *library = get_library (error);

  if (!library)
    return NULL;
  self = g_new0 (OrdOnnxSession, 1);
  self->api = library->api;
  self->env = library->env;
  self->file = g_strdup (file);
  if (!open_session (self, model, threads, error) ||
      !check (self, self->api->GetAllocatorWithDefaultOptions (&allocator),
              error) ||
      !find_input (self, allocator, error) ||
      !find_output (self, allocator, output, error))
    return NULL;
  return g_steal_pointer (&self);
}

guint
ord_onnx_session_get_channels (OrdOnnxSession *session)
{
  return session->channels;
}

/* -- running ---------------------------------------------------------------- */

/* From (n, c, places…) or (n, tokens, c) to (n, features). */
static gboolean
gather (OrdOnnxSession  *self,
        OrtValue        *value,
        guint            n,
        float           *features,
        guint           *n_features,
        GError         **error)
{
  OrtTensorTypeAndShapeInfo *shape = NULL;
  ONNXTensorElementDataType  element = 0;
  int64_t                    dims[4] = { 1, 1, 1, 1 };
  size_t                     rank = 0;
  float                     *values = NULL;
  gboolean                   known;
  gsize                      width, places;

  if (!check (self, self->api->GetTensorTypeAndShape (value, &shape), error))
    return FALSE;
  known = check (self, self->api->GetTensorElementType (shape, &element),
                 error) &&
          check (self, self->api->GetDimensionsCount (shape, &rank), error) &&
          (rank < 1 || rank > 4 ||
           check (self, self->api->GetDimensions (shape, dims, rank), error));
  self->api->ReleaseTensorTypeAndShapeInfo (shape);
  if (!known || !check (self, self->api->GetTensorMutableData (
                          value, (void **) &values), error))
    return FALSE;

  width = (gsize) (rank == 3 ? dims[2] : dims[1]);
  places = rank == 4 ? (gsize) (dims[2] * dims[3])
           : rank == 3 ? (gsize) dims[1] : 1;
  if (element != ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT || rank < 2 || rank > 4 ||
      dims[0] != n || width < 1 || width > 65536 || places < 1)
    {
      g_set_error (error, ORD_ERROR, ORD_ERROR_MODEL,
                   "The output “%s” of %s is not one row of numbers for each "
                   "picture; choose another with --output", self->output,
                   self->file);
      return FALSE;
    }
  *n_features = (guint) width;
  if (!features)
    return TRUE;
  if (width != self->n_features)
    {
      g_set_error (error, ORD_ERROR, ORD_ERROR_MODEL,
                   "%s gives %" G_GSIZE_FORMAT " numbers for a picture and gave "
                   "%u before", self->file, width, self->n_features);
      return FALSE;
    }
  for (gsize i = 0; i < n; i++)
    for (gsize k = 0; k < width; k++)
      {
        const float *from = values + i * width * places;
        double       sum = 0.0;

        if (rank == 3)
          sum = from[k];
        for (gsize p = 0; rank != 3 && p < places; p++)
          sum += from[k * places + p];
        features[i * width + k] = (float) (rank == 3 ? sum
                                                     : sum / (double) places);
      }
  return TRUE;
}

static gboolean
run_batch (OrdOnnxSession  *self,
           guint            n,
           guint            height,
           guint            width,
           const float     *images,
           float           *features,
           guint           *n_features,
           GError         **error)
{
  const int64_t  dims[4] = { n, self->channels, height, width };
  gsize          size = sizeof (float) * n * self->channels * height * width;
  const char    *inputs[] = { self->input };
  const char    *outputs[] = { self->output };
  OrtValue      *input = NULL;
  OrtValue      *output = NULL;
  gboolean       done;

  done = check (self, self->api->CreateTensorWithDataAsOrtValue (
                  self->memory, (void *) images, size, dims, 4,
                  ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT, &input), error) &&
         check (self, self->api->Run (self->session, NULL, inputs,
                                      (const OrtValue * const *) &input, 1,
                                      outputs, 1, &output), error) &&
         gather (self, output, n, features, n_features, error);
  if (output)
    self->api->ReleaseValue (output);
  if (input)
    self->api->ReleaseValue (input);

  return done;
}

gboolean
ord_onnx_session_probe (OrdOnnxSession  *session,
                        guint            height,
                        guint            width,
                        guint           *n_features,
                        GError         **error)
{
  g_autofree float *image =
    g_new0 (float, (gsize) session->channels * height * width);

  if (!run_batch (session, 1, height, width, image, NULL, n_features, error))
    return FALSE;
  session->n_features = *n_features;
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
  guint step = session->one_by_one ? 1 : n;
  gsize size = (gsize) session->channels * height * width;
  guint found;

  g_return_val_if_fail (session->n_features > 0, FALSE);
  for (guint i = 0; i < n; i += step)
    if (!run_batch (session, step, height, width, images + i * size,
                    features + (gsize) i * session->n_features, &found, error))
      return FALSE;
  return TRUE;
}
