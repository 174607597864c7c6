simons_2022_s_ketamine <- function() {
  description <- "S-ketamine, S-norketamine and S-hydroxynorketamine after intravenous infusion or a film held in the mouth. Healthy volunteers."
  reference <- "Simons P, Olofsen E, van Velzen M, et al. S-ketamine oral thin film, part 1: population pharmacokinetics. Front Pain Res 2022;3:946486. doi:10.3389/fpain.2022.946486"
  units <- list(time = "h", dosing = "mg", concentration = "nmol/mL")
  sampling <- "arterial plasma"
  outputs <- list(
    cp_s = "S-ketamine in plasma (nmol/mL)",
    cp_sn = "S-norketamine in plasma (nmol/mL)",
    cp_shnk = "S-hydroxynorketamine in plasma (nmol/mL)"
  )
  limits <- list(
    population = "20 healthy volunteers of 19 to 32 years; not patients, not the old.",
    scaling = "The paper gives values at 70 kg without exponents; 0.75 and 1 are assumed.",
    occasions = "Variability between occasions is treated as variability between subjects: a patient keeps the same film absorption at every session.",
    norketamine = "Under-predicts S-norketamine of Kamp 2020 by about a quarter."
  )
  # Standard errors on the scale of ini: the printed standard error over the estimate, for parameters on a log scale.
  uncertainty <- list(
    lv1_s = 0.078,    # [derived] simons-2022: Table 4, 0.9 of 11.6
    lv2_s = 0.074,    # [derived] simons-2022: Table 4, 2.9 of 39.0
    lv3_s = 0.063,    # [derived] simons-2022: Table 4, 11 of 174
    lcl_s = 0.041,    # [derived] simons-2022: Table 4, 0.06 of 1.48
    lq2_s = 0.099,    # [derived] simons-2022: Table 4, 0.24 of 2.43
    lq3_s = 0.066,    # [derived] simons-2022: Table 4, 0.08 of 1.21
    lmtt_sn = 0.050,  # [derived] simons-2022: Table 4, 1.0 of 20.1
    lv2_sn = 0.059,   # [derived] simons-2022: Table 4, 13 of 221
    lcl_sn = 0.040,   # [derived] simons-2022: Table 4, 0.04 of 1.00
    lq_sn = 0.057,    # [derived] simons-2022: Table 4, 0.15 of 2.63
    lmtt_shnk = 0.46, # [derived] simons-2022: Table 4, 0.51 of 1.12
    lv1_shnk = 0.45,  # [derived] simons-2022: Table 4, 2.0 of 4.4
    lv2_shnk = 0.074, # [derived] simons-2022: Table 4, 6.5 of 87.5
    lcl_shnk = 0.073, # [derived] simons-2022: Table 4, 0.068 of 0.933
    lq_shnk = 0.147,  # [derived] simons-2022: Table 4, 0.25 of 1.70
    lf_mucosa = 0.046,  # [derived] simons-2022: Table 4, 1.2 of 26.3
    ld_mucosa = 0.076,  # [derived] simons-2022: Table 4, 1.0 of 13.1
    lka_mucosa = 0.05,  # [derived] simons-2022: Table 4, 0.002 of 0.04
    lf_swallowed = 0.052, # [derived] simons-2022: Table 4, 6 of 116
    ld_swallowed = 0.117, # [derived] simons-2022: Table 4, 3.5 of 29.9
    lka_swallowed = 0.143, # [derived] simons-2022: Table 4, 0.007 of 0.049
    lmtt_gut = 0.159  # [derived] simons-2022: Table 4, 1.7 of 10.7
  )

  ini({
    # Film: part of it crosses the mucosa, the rest is swallowed and metabolised before it reaches the blood
    lf_mucosa <- log(0.263); label("Fraction of the film absorbed through the mucosa") # [seen] simons-2022: Table 4, F1 26.3 %
    ld_mucosa <- log(13.1 / 60); label("Duration of release to the mucosa (h)") # [seen] simons-2022: Table 4, D1 13.1 min
    lka_mucosa <- log(0.04 * 60); label("Absorption from the mucosa (1/h)") # [seen] simons-2022: Table 4, KA1 0.04 1/min
    lf_swallowed <- log(1.16); label("Swallowed amount that reaches metabolism, of the film's dose") # [seen] simons-2022: Table 4, F2 116 %
    ld_swallowed <- log(29.9 / 60); label("Duration of release to the gut (h)") # [seen] simons-2022: Table 4, D2 29.9 min
    lka_swallowed <- log(0.049 * 60); label("Absorption from the gut (1/h)") # [seen] simons-2022: Table 4, KA2 0.049 1/min
    lmtt_gut <- log(10.7 / 60); label("Mean transit time from gut to liver (h)") # [seen] simons-2022: Table 4, MTT gut 10.7 min

    # S-ketamine at 70 kg
    lv1_s <- log(11.6); label("Central volume (L)") # [seen] simons-2022: Table 4, V1 11.6 L
    lv2_s <- log(39.0); label("Shallow peripheral volume (L)") # [seen] simons-2022: Table 4, V2 39.0 L
    lv3_s <- log(174); label("Deep peripheral volume (L)") # [seen] simons-2022: Table 4, V3 174 L
    lcl_s <- log(1.48 * 60); label("Clearance (L/h)") # [seen] simons-2022: Table 4, CL 1.48 L/min
    lq2_s <- log(2.43 * 60); label("Flow to the shallow volume (L/h)") # [seen] simons-2022: Table 4, Q2 2.43 L/min
    lq3_s <- log(1.21 * 60); label("Flow to the deep volume (L/h)") # [seen] simons-2022: Table 4, Q3 1.21 L/min

    # S-norketamine at 70 kg; its central volume is that of S-ketamine
    lmtt_sn <- log(20.1 / 60); label("Mean transit time of the step to norketamine (h)") # [seen] simons-2022: Table 4, MTT 20.1 min in two compartments
    n_forming <- fix(2); label("Compartments of each metabolic step") # [seen] simons-2022: Methods
    f_sn <- fix(0.8); label("Fraction of metabolised S-ketamine that forms norketamine") # [seen] simons-2022: Methods, assumed there
    lv2_sn <- log(221); label("Peripheral volume (L)") # [seen] simons-2022: Table 4, 221 L
    lcl_sn <- log(1.00 * 60); label("Clearance (L/h)") # [seen] simons-2022: Table 4, 1.00 L/min
    lq_sn <- log(2.63 * 60); label("Flow to the peripheral volume (L/h)") # [seen] simons-2022: Table 4, 2.63 L/min

    # S-hydroxynorketamine at 70 kg
    lmtt_shnk <- log(1.12 / 60); label("Mean transit time of the step to hydroxynorketamine (h)") # [seen] simons-2022: Table 4, MTT 1.12 min in two compartments
    f_shnk <- fix(0.7); label("Fraction of metabolised norketamine that forms hydroxynorketamine") # [seen] simons-2022: Methods, assumed there
    lv1_shnk <- log(4.4); label("Central volume (L)") # [seen] simons-2022: Table 4, 4.4 L
    lv2_shnk <- log(87.5); label("Peripheral volume (L)") # [seen] simons-2022: Table 4, 87.5 L
    lcl_shnk <- log(0.933 * 60); label("Clearance (L/h)") # [seen] simons-2022: Table 4, 0.933 L/min
    lq_shnk <- log(1.70 * 60); label("Flow to the peripheral volume (L/h)") # [seen] simons-2022: Table 4, 1.70 L/min

    weight_ref <- fix(70); label("Weight of the printed values (kg)") # [seen] simons-2022: Table 4, values at 70 kg
    e_wt_flow <- fix(0.75); label("Exponent of weight on clearances") # [assumed] simons-2022: not printed; the usual allometric value
    e_wt_volume <- fix(1); label("Exponent of weight on volumes") # [assumed] simons-2022: not printed; the usual allometric value
    molar_mass_s <- fix(237.73); label("Molar mass of ketamine (g/mol)") # [seen] simons-2022: transcription
    nmol_per_ml_in_mmol_per_l <- fix(1000); label("nmol/mL in one mmol/L") # [derived] euthymia: definition of the units

    # Between subjects, variances on the log scale
    eta_v1_s ~ 0.057 # [seen] simons-2022: Table 4, V1
    eta_cl_s ~ 0.029 # [seen] simons-2022: Table 4, CL
    eta_q3_s ~ 0.026 # [seen] simons-2022: Table 4, Q3
    eta_cl_sn ~ 0.050 # [seen] simons-2022: Table 4, CL of norketamine
    eta_mtt_sn ~ 0.021 # [seen] simons-2022: Table 4, MTT to norketamine; a further 0.751 on a neighbouring row is ambiguous and left out
    eta_v1_shnk ~ 1.22 # [seen] simons-2022: Table 4, V1 of hydroxynorketamine
    eta_v2_shnk ~ 0.152 # [seen] simons-2022: Table 4, V2 of hydroxynorketamine, between occasions
    eta_cl_shnk ~ 0.111 # [derived] simons-2022: Table 4, 0.103 between subjects + 0.008 between occasions
    eta_q_shnk ~ 0.287 # [seen] simons-2022: Table 4, Q of hydroxynorketamine
    # Of the film, between occasions in the paper
    eta_f_mucosa ~ 0.060 # [seen] simons-2022: Table 4, F1
    eta_d_mucosa ~ 0.154 # [seen] simons-2022: Table 4, D1
    eta_ka_mucosa ~ 0.062 # [seen] simons-2022: Table 4, KA1
    eta_f_swallowed ~ 0.057 # [seen] simons-2022: Table 4, F2
    eta_d_swallowed ~ 0.611 # [seen] simons-2022: Table 4, D2
    eta_ka_swallowed ~ 0.376 # [seen] simons-2022: Table 4, KA2
    eta_mtt_gut ~ 0.937 # [seen] simons-2022: Table 4, MTT gut

    prop_sd_s <- 0.110; label("Residual of S-ketamine, fraction") # [derived] simons-2022: Table 4, 0.012 read as a variance
    prop_sd_sn <- 0.102; label("Residual of norketamine, fraction") # [seen] simons-2022: Table 4
    add_sd_sn <- 0.058; label("Residual of norketamine (nmol/mL)") # [seen] simons-2022: Table 4
    prop_sd_shnk <- 0.079; label("Residual of hydroxynorketamine, fraction") # [seen] simons-2022: Table 4
    add_sd_shnk <- 0.020; label("Residual of hydroxynorketamine (nmol/mL)") # [seen] simons-2022: Table 4
  })

  model({
    size_flow <- (WT / weight_ref)^e_wt_flow
    size_volume <- (WT / weight_ref)^e_wt_volume

    v1_s <- exp(lv1_s + eta_v1_s) * size_volume
    v2_s <- exp(lv2_s) * size_volume
    v3_s <- exp(lv3_s) * size_volume
    cl_s <- exp(lcl_s + eta_cl_s) * size_flow
    q2_s <- exp(lq2_s) * size_flow
    q3_s <- exp(lq3_s + eta_q3_s) * size_flow
    rate_sn <- n_forming / exp(lmtt_sn + eta_mtt_sn)
    v2_sn <- exp(lv2_sn) * size_volume
    cl_sn <- exp(lcl_sn + eta_cl_sn) * size_flow
    q_sn <- exp(lq_sn) * size_flow
    rate_shnk <- n_forming / exp(lmtt_shnk)
    v1_shnk <- exp(lv1_shnk + eta_v1_shnk) * size_volume
    v2_shnk <- exp(lv2_shnk + eta_v2_shnk) * size_volume
    cl_shnk <- exp(lcl_shnk + eta_cl_shnk) * size_flow
    q_shnk <- exp(lq_shnk + eta_q_shnk) * size_flow

    # A film doses its whole amount into `mucosa` and again into `gut`
    ka_mucosa <- exp(lka_mucosa + eta_ka_mucosa)
    ka_swallowed <- exp(lka_swallowed + eta_ka_swallowed)
    rate_gut <- 1 / exp(lmtt_gut + eta_mtt_gut)
    f(mucosa) <- exp(lf_mucosa + eta_f_mucosa)
    dur(mucosa) <- exp(ld_mucosa + eta_d_mucosa)
    f(gut) <- exp(lf_swallowed + eta_f_swallowed)
    dur(gut) <- exp(ld_swallowed + eta_d_swallowed)
    d/dt(mucosa) <- -ka_mucosa * mucosa
    d/dt(gut) <- -ka_swallowed * gut
    d/dt(gut_to_liver) <- ka_swallowed * gut - rate_gut * gut_to_liver

    # Amounts are mg of S-ketamine, or of the S-ketamine that became the metabolite
    d/dt(central_s) <- ka_mucosa * mucosa - (cl_s + q2_s + q3_s) / v1_s * central_s + q2_s / v2_s * shallow_s + q3_s / v3_s * deep_s
    d/dt(shallow_s) <- q2_s / v1_s * central_s - q2_s / v2_s * shallow_s
    d/dt(deep_s) <- q3_s / v1_s * central_s - q3_s / v3_s * deep_s

    d/dt(forming1_sn) <- cl_s / v1_s * central_s + rate_gut * gut_to_liver - rate_sn * forming1_sn
    d/dt(forming2_sn) <- rate_sn * (forming1_sn - forming2_sn)
    d/dt(central_sn) <- f_sn * rate_sn * forming2_sn - (cl_sn + q_sn) / v1_s * central_sn + q_sn / v2_sn * peripheral_sn
    d/dt(peripheral_sn) <- q_sn / v1_s * central_sn - q_sn / v2_sn * peripheral_sn

    d/dt(forming1_shnk) <- cl_sn / v1_s * central_sn - rate_shnk * forming1_shnk
    d/dt(forming2_shnk) <- rate_shnk * (forming1_shnk - forming2_shnk)
    d/dt(central_shnk) <- f_shnk * rate_shnk * forming2_shnk - (cl_shnk + q_shnk) / v1_shnk * central_shnk + q_shnk / v2_shnk * peripheral_shnk
    d/dt(peripheral_shnk) <- q_shnk / v1_shnk * central_shnk - q_shnk / v2_shnk * peripheral_shnk

    to_nmol_per_ml <- nmol_per_ml_in_mmol_per_l / molar_mass_s
    cp_s <- central_s / v1_s * to_nmol_per_ml
    cp_sn <- central_sn / v1_s * to_nmol_per_ml
    cp_shnk <- central_shnk / v1_shnk * to_nmol_per_ml

    cp_s ~ prop(prop_sd_s)
    cp_sn ~ add(add_sd_sn) + prop(prop_sd_sn)
    cp_shnk ~ add(add_sd_shnk) + prop(prop_sd_shnk)
  })
}
