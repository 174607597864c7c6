ashraf_2018_s_ketamine <- function() {
  description <- "S-ketamine and norketamine after swallowing S-ketamine, with a gut wall and a well-stirred liver on which interacting drugs act. Healthy volunteers of five studies."
  reference <- "Ashraf MW, Peltoniemi MA, Olkkola KT, Neuvonen PJ, Saari TI. CPT Pharmacometrics Syst Pharmacol 2018;7. doi:10.1002/psp4.12346"
  units <- list(time = "h", dosing = "mg", concentration = "nmol/mL")
  sampling <- "venous plasma"
  outputs <- list(
    cp_s = "S-ketamine in plasma (nmol/mL)",
    cp_sn = "S-norketamine in plasma (nmol/mL)"
  )
  limits <- list(
    transcription = "The parameters were read in a machine's extraction of Table 2, without the rate of absorption (the middle of its interval) and without the names of the variances. Of Table 1 the labels were lost; unbound fractions and flows are told by their usual order.",
    structure = "The paper has compartments for portal vein, liver and gut wall; here their extraction is taken at once. All S-ketamine is taken to become norketamine.",
    infusion = "With these numbers the clearance from the blood is 63 L/h, lower than any other study; the exposure after swallowing depends on the intrinsic clearance alone. Not for infusions.",
    ticlopidine = "Its inactivation of CYP2B6 is not modelled; factors on the intrinsic clearances stand in."
  )
  uncertainty <- list(
    lclint_liver = 0.077, # [derived] ashraf-2018: Table 2, 95 % interval 260 to 352 L/h, ln(352 / 260) / 3.92
    lclint_gut = 0.28,    # [derived] ashraf-2018: Table 2, 0.66 to 1.98 L/h, ln(1.98 / 0.66) / 3.92
    lka = 0.092,          # [derived] ashraf-2018: Table 2, 1.47 to 2.11 1/h, ln(2.11 / 1.47) / 3.92
    lv1_s = 0.34,         # [derived] ashraf-2018: Table 2, 5.90 to 22.5 L, ln(22.5 / 5.90) / 3.92
    lclint_liver_sn = 0.043, # [derived] ashraf-2018: Table 2, 67.6 to 79.9 L/h, ln(79.9 / 67.6) / 3.92
    lclint_gut_sn = 0.22  # [derived] ashraf-2018: Table 2, 29.7 to 71.2 L/h, ln(71.2 / 29.7) / 3.92
  )

  ini({
    lclint_liver <- log(301); label("Intrinsic clearance of the liver (L/h)") # [seen] ashraf-2018: Table 2, CLINT,H,SK
    lclint_gut <- log(1.19); label("Intrinsic clearance of the gut wall (L/h)") # [seen] ashraf-2018: Table 2, CLINT,GW,SK
    lka <- log(1.76); label("Absorption (1/h)") # [derived] ashraf-2018: Table 2, geometric middle of the interval 1.47 to 2.11
    lv1_s <- log(14.4); label("Central volume (L)") # [seen] ashraf-2018: Table 2, VC,SK
    lv2_s <- log(102); label("First peripheral volume (L)") # [seen] ashraf-2018: Table 2, VPER1,SK
    lq2_s <- log(287); label("Flow to it (L/h)") # [seen] ashraf-2018: Table 2, QPER1,SK
    lv3_s <- log(180); label("Second peripheral volume (L)") # [seen] ashraf-2018: Table 2, VPER2,SK
    lq3_s <- log(22.4); label("Flow to it (L/h)") # [seen] ashraf-2018: Table 2, QPER2,SK
    lclint_liver_sn <- log(73.5); label("Intrinsic clearance of norketamine in the liver (L/h)") # [seen] ashraf-2018: Table 2, CLINT,H,NK
    lclint_gut_sn <- log(44.4); label("Intrinsic clearance of norketamine in the gut wall (L/h)") # [seen] ashraf-2018: Table 2, CLINT,GW,NK
    lv1_sn <- log(88.4); label("Central volume of norketamine (L)") # [seen] ashraf-2018: Table 2, VC,NK
    lq_sn <- log(19.9); label("Flow to its peripheral volume (L/h)") # [seen] ashraf-2018: Table 2, QPER1,NK
    lv2_sn <- log(88.9); label("Peripheral volume of norketamine (L)") # [seen] ashraf-2018: Table 2, VPER1,NK
    unbound_in_liver_s <- fix(0.70); label("Unbound fraction of ketamine") # [seen] ashraf-2018: Table 1, first value of S-ketamine
    unbound_sn <- fix(0.50); label("Unbound fraction of norketamine") # [seen] ashraf-2018: Table 1, first value of norketamine
    flow_coefficient <- fix(3.75); label("Flow through the liver at 1 kg (L/h)") # [seen] ashraf-2018: Table 1, 3.75, with weight to the power of 0.75
    e_wt_flow <- fix(0.75); label("Exponent of weight on that flow") # [seen] ashraf-2018: Table 1
    share_gut_wall <- fix(0.40 * 0.80 * 0.60); label("Flow along the villi over that through the liver") # [seen] ashraf-2018: Table 1, 0.40 to the intestine, 0.80 of it to the mucosa, 0.60 of that to the villi
    molar_mass_s <- fix(237.73); label("Molar mass of ketamine (g/mol)") # [seen] simons-2022: transcription
    nmol_per_ml_in_mmol_per_l <- fix(1000); label("nmol/mL in one mmol/L") # [derived] euthymia: definition of the units
    weight_one <- fix(1); label("One kilogram (kg)")

    eta_clint_liver ~ 0.25 # [seen] ashraf-2018: Table 2, on CLINT,H,SK
  })

  model({
    flow <- flow_coefficient * (WT / weight_one)^e_wt_flow
    unbound_clint_s <- unbound_in_liver_s * exp(lclint_liver + eta_clint_liver) * CLINT_LIVER
    unbound_clint_sn <- unbound_sn * exp(lclint_liver_sn)
    past_gut <- share_gut_wall * flow / (share_gut_wall * flow + exp(lclint_gut) * CLINT_GUT)
    past_liver <- flow / (flow + unbound_clint_s)
    past_gut_sn <- share_gut_wall * flow / (share_gut_wall * flow + exp(lclint_gut_sn))
    past_liver_sn <- flow / (flow + unbound_clint_sn)
    cl_s <- flow * unbound_clint_s / (flow + unbound_clint_s)
    cl_sn <- flow * unbound_clint_sn / (flow + unbound_clint_sn)
    ka <- exp(lka)
    v1_s <- exp(lv1_s)
    v2_s <- exp(lv2_s)
    q2_s <- exp(lq2_s)
    v3_s <- exp(lv3_s)
    q3_s <- exp(lq3_s)
    v1_sn <- exp(lv1_sn)
    v2_sn <- exp(lv2_sn)
    q_sn <- exp(lq_sn)

    # Amounts are mg of S-ketamine, or of the S-ketamine that became norketamine; what is formed in gut wall or liver passes on from there
    absorbed <- ka * oral
    formed_gut <- absorbed * (1 - past_gut) * past_gut_sn
    formed_liver <- absorbed * past_gut * (1 - past_liver) + cl_s / v1_s * central_s
    d/dt(oral) <- -absorbed
    d/dt(central_s) <- absorbed * past_gut * past_liver - (cl_s + q2_s + q3_s) / v1_s * central_s + q2_s / v2_s * shallow_s + q3_s / v3_s * deep_s
    d/dt(shallow_s) <- q2_s / v1_s * central_s - q2_s / v2_s * shallow_s
    d/dt(deep_s) <- q3_s / v1_s * central_s - q3_s / v3_s * deep_s
    d/dt(central_sn) <- past_liver_sn * (formed_gut + formed_liver) - (cl_sn + q_sn) / v1_sn * central_sn + q_sn / v2_sn * peripheral_sn
    d/dt(peripheral_sn) <- q_sn / v1_sn * central_sn - q_sn / v2_sn * peripheral_sn

    to_nmol_per_ml <- nmol_per_ml_in_mmol_per_l / molar_mass_s
    cp_s <- central_s / v1_s * to_nmol_per_ml
    cp_sn <- central_sn / v1_sn * to_nmol_per_ml
  })
}
