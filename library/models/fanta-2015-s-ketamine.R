fanta_2015_s_ketamine <- function() {
  description <- "S-ketamine and S-norketamine after swallowing S-ketamine, most of which becomes norketamine before it reaches the blood. Healthy volunteers."
  reference <- "Fanta S, Kinnunen M, Backman JT, Kalso E. Eur J Clin Pharmacol 2015;71(4):441-447. doi:10.1007/s00228-015-1826-y. Disposition as used by Otto 2021, doi:10.1007/s00228-021-03104-1"
  units <- list(time = "h", dosing = "mg", concentration = "nmol/mL")
  sampling <- "venous plasma"
  outputs <- list(
    cp_s = "S-ketamine in plasma (nmol/mL)",
    cp_sn = "S-norketamine in plasma (nmol/mL)"
  )
  limits <- list(
    absorption = "How fast the dose is absorbed was not seen; it is that of the solution of Perez-Ruixo 2021.",
    norketamine = "The paper has three compartments for norketamine that were not seen; those of Otto 2021 stand in. The presystemic part is what makes exposures to norketamine and ketamine stand as 16.5 to 1.",
    infusion = "The venous model of otto-2021-s-ketamine; use that one for infusions."
  )
  uncertainty <- list(
    lf_oral = 0.1,  # [assumed] euthymia: no error seen
    lf_first_pass = 0.1, # [assumed] euthymia: no error seen
    lka_oral = 0.5 # [assumed] euthymia: taken from another study
  )

  ini({
    lf_oral <- log(0.08); label("Fraction of a swallowed dose that reaches the blood") # [seen] fanta-2015: abstract, 8 %
    lf_first_pass <- log(0.72); label("Fraction of a swallowed dose that reaches it as norketamine") # [derived] fanta-2015: abstract, exposures 16.5 to 1: (0.08 + x) / 57.7 = 16.5 * 0.08 / 95.2
    lka_oral <- log(0.97); label("Absorption (1/h)") # [assumed] perez-ruixo-2021: Table 3, oral solution
    lv1_s <- log(133); label("Central volume (L)") # [seen] otto-2021: Table 3, of Fanta 2015
    lcl_s <- log(95.2); label("Clearance (L/h)") # [seen] otto-2021: Table 3, of Fanta 2015
    lv2_s <- log(187); label("First peripheral volume (L)") # [seen] otto-2021: Table 3, of Fanta 2015
    lq2_s <- log(23.2); label("Flow to it (L/h)") # [seen] otto-2021: Table 3, of Fanta 2015
    lv3_s <- log(98.8); label("Second peripheral volume (L)") # [seen] otto-2021: Table 3, of Fanta 2015
    lq3_s <- log(157); label("Flow to it (L/h)") # [seen] otto-2021: Table 3, of Fanta 2015
    lv1_sn <- log(98.6); label("Central volume of norketamine (L)") # [seen] otto-2021: Table 3
    lcl_sn <- log(57.7); label("Clearance of norketamine (L/h)") # [seen] otto-2021: Table 3
    lv2_sn <- log(160); label("Peripheral volume of norketamine (L)") # [seen] otto-2021: Table 3
    lq_sn <- log(42.8); label("Flow to it (L/h)") # [seen] otto-2021: Table 3
    weight_ref <- fix(70); label("Weight of the printed values (kg)") # [seen] otto-2021: Table 3, footnote
    e_wt_flow <- fix(0.75); label("Exponent of weight on clearances") # [seen] otto-2021: Table 3, footnote
    e_wt_volume <- fix(1); label("Exponent of weight on central volumes") # [seen] otto-2021: Table 3, footnote
    molar_mass_s <- fix(237.73); label("Molar mass of ketamine (g/mol)") # [seen] simons-2022: transcription
    molar_mass_sn <- fix(223.70); label("Molar mass of norketamine (g/mol)") # [seen] pharmacolibrary: drug page of ketamine, 223.7
    nmol_per_ml_in_mmol_per_l <- fix(1000); label("nmol/mL in one mmol/L") # [derived] euthymia: definition of the units

    eta_f_oral ~ 0.0120 # [derived] fanta-2015: abstract, CV 11 %
    eta_cl_s ~ 0.0168 # [derived] fanta-2015: abstract, CV 13 %
  })

  model({
    size_flow <- (WT / weight_ref)^e_wt_flow
    size_volume <- (WT / weight_ref)^e_wt_volume
    f_oral <- exp(lf_oral + eta_f_oral)
    f_first_pass <- exp(lf_first_pass)
    ka_oral <- exp(lka_oral)
    v1_s <- exp(lv1_s) * size_volume
    cl_s <- exp(lcl_s + eta_cl_s) * size_flow
    v2_s <- exp(lv2_s)
    q2_s <- exp(lq2_s)
    v3_s <- exp(lv3_s)
    q3_s <- exp(lq3_s)
    v1_sn <- exp(lv1_sn) * size_volume
    cl_sn <- exp(lcl_sn) * size_flow
    v2_sn <- exp(lv2_sn)
    q_sn <- exp(lq_sn)

    # Amounts are mg of S-ketamine, or of the S-ketamine that became norketamine
    d/dt(oral) <- -ka_oral * oral
    d/dt(central_s) <- f_oral * ka_oral * oral - (cl_s + q2_s + q3_s) / v1_s * central_s + q2_s / v2_s * shallow_s + q3_s / v3_s * deep_s
    d/dt(shallow_s) <- q2_s / v1_s * central_s - q2_s / v2_s * shallow_s
    d/dt(deep_s) <- q3_s / v1_s * central_s - q3_s / v3_s * deep_s
    d/dt(central_sn) <- f_first_pass * ka_oral * oral + cl_s / v1_s * central_s - (cl_sn + q_sn) / v1_sn * central_sn + q_sn / v2_sn * peripheral_sn
    d/dt(peripheral_sn) <- q_sn / v1_sn * central_sn - q_sn / v2_sn * peripheral_sn

    cp_s <- central_s / v1_s * nmol_per_ml_in_mmol_per_l / molar_mass_s
    # As in Otto 2021, norketamine is carried in mass without a ratio of molar masses
    cp_sn <- central_sn / v1_sn * nmol_per_ml_in_mmol_per_l / molar_mass_sn
  })
}
