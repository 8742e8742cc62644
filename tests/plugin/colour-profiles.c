/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Two kinds of colour profiles, made by LittleCMS.
 */
#include "colour-profiles.h"

#include <glib.h>
#include <lcms2.h>

#define GRID 33

static void
save (cmsHPROFILE  profile,
      const char  *path)
{
  g_assert_true (cmsSaveProfileToFile (profile, path));
  cmsCloseProfile (profile);
}

/* Colours that are much stronger than sRGB's, and darker in between. */
static cmsHPROFILE
new_wide (void)
{
  const cmsCIExyY       white     = { 0.3127, 0.3290, 1.0 };
  const cmsCIExyYTRIPLE primaries = { { 0.68, 0.32, 1.0 },
                                      { 0.21, 0.71, 1.0 },
                                      { 0.15, 0.06, 1.0 } };
  cmsToneCurve         *curve     = cmsBuildGamma (NULL, 1.6);
  cmsToneCurve         *curves[]  = { curve, curve, curve };
  cmsHPROFILE           profile   = cmsCreateRGBProfile (&white, &primaries,
                                                         curves);

  cmsFreeToneCurve (curve);

  return profile;
}

void
colour_profile_write_matrix (const char *path)
{
  save (new_wide (), path);
}

static cmsInt32Number
sample (const cmsUInt16Number *in,
        cmsUInt16Number       *out,
        void                  *transform)
{
  cmsDoTransform (transform, in, out, 1);

  return TRUE;
}

void
colour_profile_write_table (const char *path)
{
  cmsHPROFILE   wide      = new_wide ();
  cmsHPROFILE   lab       = cmsCreateLab4Profile (NULL);
  cmsHTRANSFORM transform =
    cmsCreateTransform (wide, TYPE_RGB_16, lab, TYPE_Lab_16,
                        INTENT_RELATIVE_COLORIMETRIC, cmsFLAGS_NOCACHE);
  cmsHPROFILE   profile   = cmsCreateProfilePlaceholder (NULL);
  cmsPipeline  *pipeline  = cmsPipelineAlloc (NULL, 3, 3);
  cmsStage     *table     = cmsStageAllocCLut16bit (NULL, GRID, 3, 3, NULL);
  cmsMLU       *name      = cmsMLUalloc (NULL, 1);

  cmsSetProfileVersion (profile, 4.3);
  cmsSetDeviceClass (profile, cmsSigInputClass);
  cmsSetColorSpace (profile, cmsSigRgbData);
  cmsSetPCS (profile, cmsSigLabData);

  g_assert_true (cmsStageSampleCLut16bit (table, sample, transform, 0));
  /* The file format wants curves on both sides. */
  cmsPipelineInsertStage (pipeline, cmsAT_END,
                          cmsStageAllocToneCurves (NULL, 3, NULL));
  cmsPipelineInsertStage (pipeline, cmsAT_END, table);
  cmsPipelineInsertStage (pipeline, cmsAT_END,
                          cmsStageAllocToneCurves (NULL, 3, NULL));
  g_assert_true (cmsWriteTag (profile, cmsSigAToB0Tag, pipeline));
  cmsMLUsetASCII (name, "en", "US", "A table");
  g_assert_true (cmsWriteTag (profile, cmsSigProfileDescriptionTag, name));
  g_assert_true (cmsWriteTag (profile, cmsSigMediaWhitePointTag,
                              cmsD50_XYZ ()));
  save (profile, path);

  cmsMLUfree (name);
  cmsPipelineFree (pipeline);
  cmsDeleteTransform (transform);
  cmsCloseProfile (lab);
  cmsCloseProfile (wide);
}
