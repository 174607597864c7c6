perez_ruixo_2021_esketamine <- function() {
  description <- "Esketamine and noresketamine after a nasal spray, an oral solution or an intravenous infusion. Healthy volunteers and patients with treatment-resistant depression."
  reference <- "Perez-Ruixo C, Rossenu S, Zannikos P, et al. Clin Pharmacokinet 2021;60(4):501-516. doi:10.1007/s40262-020-00953-4"
  units <- list(time = "h", dosing = "mg", concentration = "nmol/mL")
  sampling <- "venous plasma"
  outputs <- list(
    cp_s = "Esketamine in plasma (nmol/mL)",
    cp_sn = "Noresketamine in plasma (nmol/mL)"
  )
  limits <- list(
    norketamine = "The printed model gives 1.4 times the reported area under the curve of noresketamine, at the reported peak; parent and peak agree.",
    kmet = "The paper leaves the variability of the step to noresketamine blank; 30 % is a placeholder.",
    weight = "Weight, sex and liver enzymes were tested in the paper and did not matter.",
    sampling = "The site of sampling was not seen; venous is assumed."
  )

  ini({
    # Each 28-mg device doses its whole amount into `nasal_*` and again into `swallowed_*`; f() splits it
    logit_fr <- log(0.54 / (1 - 0.54)); label("Fraction of the first device absorbed in the nose") # [seen] perez-ruixo-2021: Table 3, FRn 0.54
    later_devices <- fix(0.62); label("Factor on that fraction for the second and later devices") # [seen] perez-ruixo-2021: Table 3, dose on FRn
    japanese_fr <- fix(1.34); label("Factor on that fraction in Japanese") # [seen] perez-ruixo-2021: Table 3
    lka_nasal <- log(2.93); label("Absorption from the nose (1/h)") # [seen] perez-ruixo-2021: Table 3
    ld_swallowed <- log(0.53); label("Duration of swallowing (h)") # [seen] perez-ruixo-2021: Table 3
    lka_swallowed <- log(1.45); label("Absorption of the swallowed part (1/h)") # [seen] perez-ruixo-2021: Table 3
    ld_oral <- log(0.32); label("Duration of release of an oral solution (h)") # [seen] perez-ruixo-2021: Table 3
    lka_oral <- log(0.97); label("Absorption of an oral solution (1/h)") # [seen] perez-ruixo-2021: Table 3
    f_gut <- fix(0.64); label("Fraction of a swallowed dose that reaches the liver") # [seen] perez-ruixo-2021: Table 3

    lv1_s <- log(192); label("Central volume (L)") # [seen] perez-ruixo-2021: Table 3
    lq2_s <- log(84.3); label("Flow to the shallow volume (L/h)") # [seen] perez-ruixo-2021: Table 3
    lv2_s <- log(143); label("Shallow peripheral volume (L)") # [seen] perez-ruixo-2021: Table 3
    lq3_s <- log(37.6); label("Flow to the deep volume (L/h)") # [seen] perez-ruixo-2021: Table 3
    lv3_s <- log(417); label("Deep peripheral volume (L)") # [seen] perez-ruixo-2021: Table 3
    lq_liver <- log(151); label("Flow through the liver (L/h)") # [seen] perez-ruixo-2021: Table 3
    age_q_liver <- fix(2.19); label("Loss of that flow for each year above 60 (L/h/y)") # [seen] perez-ruixo-2021: Table 3
    age_ref <- fix(60); label("Age from which it falls (years)") # [seen] perez-ruixo-2021: Table 3
    lv_liver <- log(101); label("Volume of the liver (L)") # [seen] perez-ruixo-2021: Table 3
    lk_other <- log(1.11); label("Metabolism to other products in the liver (1/h)") # [seen] perez-ruixo-2021: Table 3
    asian_k_other <- fix(0.36); label("Factor on it in Asians") # [seen] perez-ruixo-2021: Table 3
    lk_sn <- log(2.77); label("Metabolism to noresketamine in the liver (1/h)") # [seen] perez-ruixo-2021: Table 3

    lv1_sn <- log(70.0); label("Apparent central volume of noresketamine (L)") # [seen] perez-ruixo-2021: Table 3
    lcl_sn <- log(38.0); label("Apparent clearance of noresketamine (L/h)") # [seen] perez-ruixo-2021: Table 3
    asian_cl_sn <- fix(0.81); label("Factor on it in Asians") # [seen] perez-ruixo-2021: Table 3
    lv2_sn <- log(115); label("Apparent peripheral volume of noresketamine (L)") # [seen] perez-ruixo-2021: Table 3
    lq_sn <- log(26.1); label("Apparent flow to it (L/h)") # [seen] perez-ruixo-2021: Table 3

    molar_mass_s <- fix(237.73); label("Molar mass of esketamine (g/mol)") # [seen] simons-2022: transcription
    molar_mass_sn <- fix(223.70); label("Molar mass of noresketamine (g/mol)") # [seen] pharmacolibrary: drug page of ketamine, 223.7
    nmol_per_ml_in_mmol_per_l <- fix(1000); label("nmol/mL in one mmol/L") # [derived] euthymia: definition of the units

    # Between subjects: variance = ln(1 + CV^2), except the fraction, additive on the logit
    eta_fr ~ 0.501 # [derived] perez-ruixo-2021: Table 3, 0.708^2
    eta_ka_nasal ~ 0.321 # [derived] perez-ruixo-2021: Table 3, CV 61.5 %
    eta_ka_swallowed ~ 1.009 # [derived] perez-ruixo-2021: Table 3, CV 132 %
    eta_ka_oral ~ 1.009 # [derived] perez-ruixo-2021: Table 3, CV 132 %
    eta_v1_s ~ 0.0729 # [derived] perez-ruixo-2021: Table 3, CV 27.5 %
    eta_v2_s ~ 0.218 # [derived] perez-ruixo-2021: Table 3, CV 49.3 %
    eta_q_liver ~ 0.0524 # [derived] perez-ruixo-2021: Table 3, CV 23.2 %
    eta_v_liver ~ 0.113 # [derived] perez-ruixo-2021: Table 3, CV 34.6 %
    eta_k_other ~ 0.892 # [derived] perez-ruixo-2021: Table 3, CV 120 %
    eta_k_sn ~ 0.0862 # [assumed] perez-ruixo-2021: blank in Table 3; placeholder CV 30 %
    eta_v1_sn ~ 0.0952 # [derived] perez-ruixo-2021: Table 3, CV 31.6 %
    eta_cl_sn ~ 0.0625 # [derived] perez-ruixo-2021: Table 3, CV 25.4 %

    log_sd_s <- 0.276; label("Residual of esketamine, log scale") # [seen] perez-ruixo-2021: Table 3, phase 1 and 2
    log_sd_sn <- 0.422; label("Residual of noresketamine, log scale") # [seen] perez-ruixo-2021: Table 3, phase 1 and 2
  })

  model({
    # A fraction cannot exceed 1, though 1.34 times an individual one could
    fr_first <- min(1, japanese_fr^JAPANESE / (1 + exp(-(logit_fr + eta_fr))))
    fr_later <- fr_first * later_devices
    ka_nasal <- exp(lka_nasal + eta_ka_nasal)
    ka_swallowed <- exp(lka_swallowed + eta_ka_swallowed)
    ka_oral <- exp(lka_oral + eta_ka_oral)
    v1_s <- exp(lv1_s + eta_v1_s)
    q2_s <- exp(lq2_s)
    v2_s <- exp(lv2_s + eta_v2_s)
    q3_s <- exp(lq3_s)
    v3_s <- exp(lv3_s)
    q_liver <- (exp(lq_liver) - age_q_liver * max(0, AGE - age_ref)) * exp(eta_q_liver)
    v_liver <- exp(lv_liver + eta_v_liver)
    k_other <- exp(lk_other + eta_k_other) * asian_k_other^ASIAN
    k_sn <- exp(lk_sn + eta_k_sn)
    v1_sn <- exp(lv1_sn + eta_v1_sn)
    cl_sn <- exp(lcl_sn + eta_cl_sn) * asian_cl_sn^ASIAN
    v2_sn <- exp(lv2_sn)
    q_sn <- exp(lq_sn)

    f(nasal_first) <- fr_first
    f(nasal_later) <- fr_later
    f(swallowed_first) <- (1 - fr_first) * f_gut
    f(swallowed_later) <- (1 - fr_later) * f_gut
    f(oral) <- f_gut
    dur(swallowed_first) <- exp(ld_swallowed)
    dur(swallowed_later) <- exp(ld_swallowed)
    dur(oral) <- exp(ld_oral)
    d/dt(nasal_first) <- -ka_nasal * nasal_first
    d/dt(nasal_later) <- -ka_nasal * nasal_later
    d/dt(swallowed_first) <- -ka_swallowed * swallowed_first
    d/dt(swallowed_later) <- -ka_swallowed * swallowed_later
    d/dt(oral) <- -ka_oral * oral

    # Amounts are mg of esketamine, or of the esketamine that became noresketamine
    absorbed_nasal <- ka_nasal * (nasal_first + nasal_later)
    absorbed_gut <- ka_swallowed * (swallowed_first + swallowed_later) + ka_oral * oral
    d/dt(central_s) <- absorbed_nasal - (q2_s + q3_s + q_liver) / v1_s * central_s + q2_s / v2_s * shallow_s + q3_s / v3_s * deep_s + q_liver / v_liver * liver_s
    d/dt(shallow_s) <- q2_s / v1_s * central_s - q2_s / v2_s * shallow_s
    d/dt(deep_s) <- q3_s / v1_s * central_s - q3_s / v3_s * deep_s
    d/dt(liver_s) <- absorbed_gut + q_liver / v1_s * central_s - (q_liver / v_liver + k_other + k_sn) * liver_s
    d/dt(central_sn) <- k_sn * liver_s - (cl_sn + q_sn) / v1_sn * central_sn + q_sn / v2_sn * peripheral_sn
    d/dt(peripheral_sn) <- q_sn / v1_sn * central_sn - q_sn / v2_sn * peripheral_sn

    cp_s <- central_s / v1_s * nmol_per_ml_in_mmol_per_l / molar_mass_s
    # The apparent volume absorbs the ratio of molar masses: amount over volume is a concentration of noresketamine
    cp_sn <- central_sn / v1_sn * nmol_per_ml_in_mmol_per_l / molar_mass_sn

    cp_s ~ lnorm(log_sd_s)
    cp_sn ~ lnorm(log_sd_sn)
  })
}
