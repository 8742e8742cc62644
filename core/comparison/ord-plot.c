/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A drawing with two axes, as inline SVG. Thousands of dots are a few paths of
 * strokes without length, whose round caps are the dots: a third of the bytes
 * of circles. Lines that may leave the axes lie in an inner <svg>, which cuts
 * at the frame without an id that a second drawing on the page could take.
 */
#include "ord-plot.h"

#include <math.h>
#include <string.h>

#include "ord-markup.h"
#include "../space/ord-colour-map.h"

#define TEXT_HEIGHT 11.0
#define DIGIT_WIDTH 6.2    /* of the tick labels, a little too wide */
#define LETTER_WIDTH 6.3   /* of the titles, on average */
#define SMALLEST 6.0       /* letters that can be read, just */
#define TICK 4.0
#define TOP 8.0

#define LABEL_STEP 13.0    /* between labels on the edge */
#define BAR_GAP 14.0
#define BAR_WIDTH 9.0

#define N_SERIES 8         /* colours */
#define N_DASHES 5
#define N_SHADES 32

/* Strokes within one path do not darken each other, so dots that shall are
 * dealt to many; shaded ones are drawn in rounds, so that no shade lies on top
 * throughout. */
#define DOTS_PER_PATH 25
#define FEW 400            /* dots that hardly ever lie on each other */
#define SHADED_PER_ROUND 500

typedef struct
{
  double  y;          /* pixels, where it belongs */
  double  at;         /* pixels, where it has room */
  char   *text;
  int     series;
} EdgeLabel;

struct _OrdPlot
{
  GString            *out;
  const OrdPlotFrame *frame;
  GArray             *labels;   /* EdgeLabel */
  gboolean            inside;   /* whether the inner <svg> is open */
};

static const char style[] =
  "svg{display:block;max-width:100%;height:auto;font:11px system-ui,sans-serif;"
  "fill:var(--ink)}\n"
  "svg path,svg line{fill:none;stroke:var(--ink);stroke-linecap:round;"
  "stroke-linejoin:round}\n"
  "svg .frame{stroke:var(--soft)}\n"
  "svg .grid{stroke:var(--faint);stroke-width:.75}\n"
  "svg .tick{font-size:10px;fill:var(--soft)}\n"
  "svg .note{font-size:9px;fill:var(--soft);text-anchor:middle}\n"
  "svg .middle{text-anchor:middle}\n"
  "svg .end{text-anchor:end}\n"
  "svg .dots{stroke:var(--mark);stroke-width:3;stroke-opacity:.42}\n"
  "svg .few{stroke-width:3.6;stroke-opacity:.75}\n"
  "svg .guide{stroke:var(--ink);stroke-width:1}\n"
  "svg .rule{stroke:var(--ink);stroke-width:1;stroke-dasharray:4 3;"
  "stroke-linecap:butt}\n"
  "svg .leader{stroke:var(--soft);stroke-width:.6}\n"
  "svg .bars{stroke:var(--mark);stroke-width:1.4}\n"
  "svg .bars-dots{stroke:var(--mark);stroke-width:5}\n"
  "svg .shades path{stroke-width:2.8}\n"
  "svg .shades .rim{stroke:var(--rim);stroke-width:3.8}\n"
  "svg .curve{stroke-width:1.6;stroke-linecap:butt}\n"
  "svg .marker{stroke-width:1.3;fill:var(--paper)}\n"
  "svg .s0{stroke:var(--s0)}svg .s1{stroke:var(--s1)}"
  "svg .s2{stroke:var(--s2)}svg .s3{stroke:var(--s3)}"
  "svg .s4{stroke:var(--s4)}svg .s5{stroke:var(--s5)}"
  "svg .s6{stroke:var(--s6)}svg .s7{stroke:var(--s7)}\n"
  "svg .d1{stroke-dasharray:6 3}svg .d2{stroke-dasharray:2 2}"
  "svg .d3{stroke-dasharray:8 3 2 3}svg .d4{stroke-dasharray:12 3}\n";

/* Relative to the point; closed ones hide the curve beneath them. */
static const char * const markers[] =
{
  "m-3 0a3 3 0 1 0 6 0a3 3 0 1 0-6 0z",     /* circle */
  "m-2.7-2.7h5.4v5.4h-5.4z",                /* square */
  "m0-3.6l3.3 6h-6.6z",                     /* triangle */
  "m0-3.8l3.4 3.8l-3.4 3.8l-3.4-3.8z",      /* diamond */
  "m-2.5-2.5l5 5m-5 0l5-5",                 /* cross */
  "m0 3.6l3.3-6h-6.6z",                     /* triangle, down */
  "m-3.3 0h6.6m-3.3-3.3v6.6",               /* plus */
};

static void
edge_label_clear (gpointer label)
{
  g_free (((EdgeLabel *) label)->text);
}

const char *
ord_plot_get_style (void)
{
  return style;
}

/* -- coordinates -------------------------------------------------------------- */

static double
to_x (const OrdPlot *plot,
      double         x)
{
  return plot->frame->width * ord_axis_place (&plot->frame->x, x);
}

static double
to_y (const OrdPlot *plot,
      double         y)
{
  return plot->frame->height * (1.0 - ord_axis_place (&plot->frame->y, y));
}

static gboolean
holds (const OrdPlot *plot,
       double         x,
       double         y)
{
  return ord_axis_holds (&plot->frame->x, x) &&
         ord_axis_holds (&plot->frame->y, y);
}

static void
append_place (GString *out,
              char     command,
              double   x,
              double   y)
{
  gsize at;

  g_string_append_c (out, command);
  at = out->len;
  ord_markup_coordinate (out, x);
  g_string_erase (out, (gssize) at, 1);
  ord_markup_coordinate (out, y);
}

/* ` name=" 12.3"` without the space inside. */
static void
append_attribute (GString    *out,
                  const char *name,
                  double      value)
{
  gsize at;

  g_string_append_printf (out, " %s=\"", name);
  at = out->len;
  ord_markup_coordinate (out, value);
  g_string_erase (out, (gssize) at, 1);
  g_string_append_c (out, '"');
}

static void
append_text (GString    *out,
             double      x,
             double      y,
             const char *classes,
             const char *text)
{
  g_string_append_printf (out, "<text class=\"%s\"", classes);
  append_attribute (out, "x", x);
  append_attribute (out, "y", y);
  g_string_append_c (out, '>');
  ord_markup_text (out, text);
  g_string_append (out, "</text>\n");
}

/* About (@x, @y), in smaller letters where it would not have @room. */
static void
append_title (OrdPlot    *plot,
              double      x,
              double      y,
              int         degrees,
              double      room,
              const char *class_name,
              const char *text)
{
  double width = LETTER_WIDTH * (double) g_utf8_strlen (text, -1);

  g_string_append_printf (plot->out, "<text class=\"%s middle\" transform=\""
                                     "translate(", class_name);
  ord_markup_coordinate (plot->out, x);
  ord_markup_coordinate (plot->out, y);
  g_string_append_printf (plot->out, ")rotate(%d)\"", degrees);
  if (width > room)
    {
      g_string_append (plot->out, " style=\"font-size:");
      ord_markup_coordinate (plot->out,
                             MAX (TEXT_HEIGHT * room / width, SMALLEST));
      g_string_append (plot->out, "px\"");
    }
  g_string_append_c (plot->out, '>');
  ord_markup_text (plot->out, text);
  g_string_append (plot->out, "</text>\n");
}

static void
open_inside (OrdPlot *plot)
{
  if (plot->inside)
    return;
  plot->inside = TRUE;
  g_string_append (plot->out, "<svg");
  append_attribute (plot->out, "width", plot->frame->width);
  append_attribute (plot->out, "height", plot->frame->height);
  g_string_append (plot->out, ">\n");
}

static void
close_inside (OrdPlot *plot)
{
  if (plot->inside)
    g_string_append (plot->out, "</svg>\n");
  plot->inside = FALSE;
}

/* -- axes --------------------------------------------------------------------- */

/* "predicted (months)", and the power that the tick labels leave out. */
static char *
axis_title (const OrdAxis *axis,
            const char    *title)
{
  static const char * const digits[] =
    { "⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹" };
  g_autofree char    *power = g_strdup_printf ("%d", axis->exponent);
  g_autoptr (GString) text = g_string_new (title);

  if (axis->exponent == 0)
    return g_strdup (title);

  g_string_append (text, " × 10");
  for (const char *c = power; *c; c++)
    g_string_append (text, *c == '-' ? "⁻" : digits[*c - '0']);
  return g_strdup (text->str);
}

/* Room for the longest label of a vertical axis. */
static double
labels_width (const OrdAxis *axis)
{
  glong longest = 0;

  for (guint i = 0; i < ord_axis_get_n_ticks (axis); i++)
    {
      g_autofree char *label = ord_axis_get_label (axis, i);

      longest = MAX (longest, g_utf8_strlen (label, -1));
    }
  return DIGIT_WIDTH * longest;
}

static void
draw_x_axis (OrdPlot *plot,
             double   left)
{
  const OrdPlotFrame *frame = plot->frame;
  guint               n = ord_axis_get_n_ticks (&frame->x);
  guint               every = 1;
  g_autofree char    *title = axis_title (&frame->x, frame->x_title);

  /* Where labels would touch, every second stays. */
  while (n / every > 1 &&
         labels_width (&frame->x) + DIGIT_WIDTH >
           frame->width * every * frame->x.step / (frame->x.high - frame->x.low))
    every++;

  for (guint i = 0; i < n; i++)
    {
      double           x = to_x (plot, ord_axis_get_tick (&frame->x, i));
      g_autofree char *label = ord_axis_get_label (&frame->x, i);

      g_string_append (plot->out, "<path class=\"grid\" d=\"");
      append_place (plot->out, 'M', x, 0.0);
      append_place (plot->out, 'L', x, frame->height + TICK);
      g_string_append (plot->out, "\"/>\n");
      if (i % every == 0)
        append_text (plot->out, x, frame->height + TICK + TEXT_HEIGHT,
                     "tick middle", label);
    }
  append_title (plot, frame->width / 2.0,
                frame->height + TICK + 2.5 * TEXT_HEIGHT, 0,
                frame->width + 2.0 * MIN (left, frame->right), "x-title",
                title);
}

static void
draw_y_axis (OrdPlot *plot,
             double   left)
{
  const OrdPlotFrame *frame = plot->frame;
  g_autofree char    *title = axis_title (&frame->y, frame->y_title);

  for (guint i = 0; i < ord_axis_get_n_ticks (&frame->y); i++)
    {
      double           y = to_y (plot, ord_axis_get_tick (&frame->y, i));
      g_autofree char *label = ord_axis_get_label (&frame->y, i);

      g_string_append (plot->out, "<path class=\"grid\" d=\"");
      append_place (plot->out, 'M', -TICK, y);
      append_place (plot->out, 'L', frame->width, y);
      g_string_append (plot->out, "\"/>\n");
      append_text (plot->out, -TICK - 2.0, y + 3.0, "tick end", label);
    }

  append_title (plot, TEXT_HEIGHT - left, frame->height / 2.0, -90,
                frame->height + 2.0 * TOP, "y-title", title);
}

OrdPlot *
ord_plot_begin (GString            *out,
                const OrdPlotFrame *frame)
{
  OrdPlot *plot = g_new0 (OrdPlot, 1);
  double   left = TICK + 2.0 + labels_width (&frame->y) + 1.8 * TEXT_HEIGHT;
  double   width = left + frame->width + frame->right;
  double   height = TOP + frame->height + TICK + 3.0 * TEXT_HEIGHT;

  plot->out = out;
  plot->frame = frame;
  plot->labels = g_array_new (FALSE, TRUE, sizeof (EdgeLabel));
  g_array_set_clear_func (plot->labels, edge_label_clear);

  g_string_append (out, "<svg role=\"img\" aria-label=\"");
  ord_markup_text (out, frame->name);
  g_string_append_c (out, '"');
  append_attribute (out, "width", width);
  append_attribute (out, "height", height);
  g_string_append (out, " viewBox=\"0 0");
  ord_markup_coordinate (out, width);
  ord_markup_coordinate (out, height);
  g_string_append (out, "\">\n<g transform=\"translate(");
  ord_markup_coordinate (out, left);
  ord_markup_coordinate (out, TOP);
  g_string_append (out, ")\">\n");

  draw_x_axis (plot, left);
  draw_y_axis (plot, left);
  g_string_append (out, "<path class=\"frame\" d=\"");
  append_place (out, 'M', 0.0, 0.0);
  append_place (out, 'L', 0.0, frame->height);
  append_place (out, 'L', frame->width, frame->height);
  g_string_append (out, "\"/>\n");
  return plot;
}

/* -- labels on the edge ------------------------------------------------------- */

static int
compare_labels (gconstpointer a,
                gconstpointer b)
{
  double difference = ((const EdgeLabel *) a)->y - ((const EdgeLabel *) b)->y;

  return (difference > 0.0) - (difference < 0.0);
}

/* Downwards from the top, then back from the bottom: nothing overlaps as long
 * as all have room at all. */
static void
part_labels (OrdPlot *plot)
{
  EdgeLabel *labels = (EdgeLabel *) plot->labels->data;
  guint      n = plot->labels->len;

  g_array_sort (plot->labels, compare_labels);
  for (guint i = 0; i < n; i++)
    {
      labels[i].at = labels[i].y;
      if (i > 0)
        labels[i].at = MAX (labels[i].at, labels[i - 1].at + LABEL_STEP);
    }
  for (guint i = n; i-- > 0;)
    labels[i].at = MIN (labels[i].at,
                        i == n - 1 ? plot->frame->height
                                   : labels[i + 1].at - LABEL_STEP);
}

static void
append_marker (GString *out,
               double   x,
               double   y,
               guint    series)
{
  g_string_append_printf (out, "<path class=\"marker s%u\" d=\"",
                          series % N_SERIES);
  append_place (out, 'M', x, y);
  g_string_append (out, markers[series % G_N_ELEMENTS (markers)]);
  g_string_append (out, "\"/>\n");
}

static void
draw_labels (OrdPlot *plot)
{
  double edge = plot->frame->width;

  part_labels (plot);
  for (guint i = 0; i < plot->labels->len; i++)
    {
      const EdgeLabel *label = &g_array_index (plot->labels, EdgeLabel, i);
      double           text = edge + 12.0;

      g_string_append (plot->out, "<path class=\"leader\" d=\"");
      append_place (plot->out, 'M', edge + 1.0, label->y);
      append_place (plot->out, 'L', edge + 9.0, label->at);
      g_string_append (plot->out, "\"/>\n");
      if (label->series >= 0)
        {
          append_marker (plot->out, edge + 14.0, label->at,
                         (guint) label->series);
          text = edge + 21.0;
        }
      append_text (plot->out, text, label->at + 3.3, "label", label->text);
    }
}

void
ord_plot_edge_label (OrdPlot    *plot,
                     double      y,
                     const char *text,
                     int         series)
{
  EdgeLabel label = { .text = g_strdup (text), .series = series };

  if (isnan (y))
    {
      g_free (label.text);
      return;
    }
  label.y = CLAMP (to_y (plot, y), 0.0, plot->frame->height);
  g_array_append_val (plot->labels, label);
}

void
ord_plot_end (OrdPlot *plot)
{
  close_inside (plot);
  draw_labels (plot);
  g_string_append (plot->out, "</g></svg>\n");
  g_array_unref (plot->labels);
  g_free (plot);
}

/* -- marks -------------------------------------------------------------------- */

void
ord_plot_points (OrdPlot      *plot,
                 const double *xs,
                 const double *ys,
                 gsize         n)
{
  const char *open = n > FEW ? "<path class=\"dots\" d=\""
                             : "<path class=\"dots few\" d=\"";
  gsize       drawn = 0;

  close_inside (plot);
  for (gsize i = 0; i < n; i++)
    {
      if (!holds (plot, xs[i], ys[i]))
        continue;
      if (drawn % DOTS_PER_PATH == 0)
        g_string_append_printf (plot->out, "%s%s", drawn > 0 ? "\"/>\n" : "",
                                open);
      append_place (plot->out, 'M', to_x (plot, xs[i]), to_y (plot, ys[i]));
      g_string_append (plot->out, "h0");
      drawn++;
    }
  if (drawn > 0)
    g_string_append (plot->out, "\"/>\n");
}

static guint
shade_of (double share)
{
  return (guint) lrint (CLAMP (share, 0.0, 1.0) * (N_SHADES - 1));
}

static void
append_shade (GString *out,
              guint    shade)
{
  OrdColour colour;

  ord_colour_map (shade / (N_SHADES - 1.0), &colour);
  g_string_append_printf (out, "#%02lx%02lx%02lx",
                          lrint (255.0 * colour.red),
                          lrint (255.0 * colour.green),
                          lrint (255.0 * colour.blue));
}

/* One round of dots with their dark rims; @n is small. */
static void
draw_round (OrdPlot      *plot,
            const double *xs,
            const double *ys,
            const double *shares,
            gsize         n)
{
  g_autoptr (GString) rim = g_string_new (NULL);
  GString            *paths[N_SHADES] = { NULL };

  for (gsize i = 0; i < n; i++)
    {
      guint shade;

      if (isnan (shares[i]) || !holds (plot, xs[i], ys[i]))
        continue;
      shade = shade_of (shares[i]);
      if (!paths[shade])
        paths[shade] = g_string_new (NULL);
      for (int k = 0; k < 2; k++)
        {
          GString *path = k ? rim : paths[shade];

          append_place (path, 'M', to_x (plot, xs[i]), to_y (plot, ys[i]));
          g_string_append (path, "h0");
        }
    }

  if (rim->len > 0)
    g_string_append_printf (plot->out, "<path class=\"rim\" d=\"%s\"/>\n",
                            rim->str);
  for (guint s = 0; s < N_SHADES; s++)
    {
      if (!paths[s])
        continue;
      g_string_append (plot->out, "<path style=\"stroke:");
      append_shade (plot->out, s);
      g_string_append_printf (plot->out, "\" d=\"%s\"/>\n", paths[s]->str);
      g_string_free (paths[s], TRUE);
    }
}

void
ord_plot_shaded (OrdPlot      *plot,
                 const double *xs,
                 const double *ys,
                 const double *shares,
                 gsize         n)
{
  close_inside (plot);
  g_string_append (plot->out, "<g class=\"shades\">\n");
  for (gsize i = 0; i < n; i += SHADED_PER_ROUND)
    draw_round (plot, xs + i, ys + i, shares + i,
                MIN (n - i, (gsize) SHADED_PER_ROUND));
  g_string_append (plot->out, "</g>\n");
}

/* Far outside is as good as outside, and short. */
static double
near (double place,
      double size)
{
  return CLAMP (place, -10.0 * size, 11.0 * size);
}

static void
append_vertex (OrdPlot *plot,
               char     command,
               double   x,
               double   y)
{
  append_place (plot->out, command, near (to_x (plot, x), plot->frame->width),
                near (to_y (plot, y), plot->frame->height));
}

void
ord_plot_line (OrdPlot    *plot,
               double      x1,
               double      y1,
               double      x2,
               double      y2,
               const char *class_name)
{
  if (!isfinite (x1) || !isfinite (y1) || !isfinite (x2) || !isfinite (y2))
    return;
  open_inside (plot);
  g_string_append_printf (plot->out, "<path class=\"%s\" d=\"", class_name);
  append_vertex (plot, 'M', x1, y1);
  append_vertex (plot, 'L', x2, y2);
  g_string_append (plot->out, "\"/>\n");
}

void
ord_plot_series (OrdPlot      *plot,
                 const double *xs,
                 const double *ys,
                 gsize         n,
                 guint         series)
{
  gsize    every = MAX (n / 8, 1);
  gboolean pen_down = FALSE;

  open_inside (plot);
  /* Drawing may start with a gap; the first place is any. */
  g_string_append_printf (plot->out, "<path class=\"curve s%u d%u\" d=\"M0 0",
                          series % N_SERIES, series % N_DASHES);
  for (gsize i = 0; i < n; i++)
    {
      gboolean there = isfinite (xs[i]) && isfinite (ys[i]);

      if (there)
        append_vertex (plot, pen_down ? 'L' : 'M', xs[i], ys[i]);
      pen_down = there;
    }
  g_string_append (plot->out, "\"/>\n");

  /* Not all at the same places, so that curves that meet stay apart. */
  close_inside (plot);
  for (gsize i = series % every; i < n; i += every)
    if (holds (plot, xs[i], ys[i]))
      append_marker (plot->out, to_x (plot, xs[i]), to_y (plot, ys[i]), series);
}

void
ord_plot_bars (OrdPlot      *plot,
               const double *xs,
               const double *ys,
               const double *errors,
               gsize         n)
{
  for (gsize i = 0; i < n; i++)
    {
      if (!holds (plot, xs[i], ys[i]))
        continue;
      if (isfinite (errors[i]))
        ord_plot_line (plot, xs[i], ys[i] - errors[i], xs[i],
                       ys[i] + errors[i], "bars");
      close_inside (plot);
      g_string_append (plot->out, "<path class=\"bars-dots\" d=\"");
      append_vertex (plot, 'M', xs[i], ys[i]);
      g_string_append (plot->out, "h0\"/>\n");
    }
}

void
ord_plot_note (OrdPlot    *plot,
               double      x,
               double      y,
               const char *text)
{
  if (!holds (plot, x, y))
    return;
  close_inside (plot);
  append_text (plot->out, to_x (plot, x), to_y (plot, y) + 9.0, "note", text);
}

void
ord_plot_colour_bar (OrdPlot       *plot,
                     const OrdAxis *axis,
                     const char    *title)
{
  double           height = plot->frame->height;
  double           left = plot->frame->width + BAR_GAP;
  g_autofree char *whole = axis_title (axis, title);

  close_inside (plot);
  for (guint s = 0; s < N_SHADES; s++)
    {
      double top = height * (N_SHADES - 1.0 - s) / N_SHADES;

      g_string_append (plot->out, "<rect");
      append_attribute (plot->out, "x", left);
      append_attribute (plot->out, "y", top);
      append_attribute (plot->out, "width", BAR_WIDTH);
      /* Over the next one a little, or the paper shines through the joint. */
      append_attribute (plot->out, "height",
                        MIN (height / N_SHADES + 0.5, height - top));
      g_string_append (plot->out, " style=\"fill:");
      append_shade (plot->out, s);
      g_string_append (plot->out, "\"/>\n");
    }
  for (guint i = 0; i < ord_axis_get_n_ticks (axis); i++)
    {
      double           y = height * (1.0 - ord_axis_place (
                                             axis,
                                             ord_axis_get_tick (axis, i)));
      g_autofree char *label = ord_axis_get_label (axis, i);

      append_text (plot->out, left + BAR_WIDTH + 3.0, y + 3.0, "tick", label);
    }

  append_title (plot, left + BAR_WIDTH + 8.0 + labels_width (axis) + TEXT_HEIGHT,
                height / 2.0, -90, height + 2.0 * TOP, "bar-title", whole);
}
