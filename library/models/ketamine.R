# The composed reference: one structure for every route. The disposition is one paper's, extraction and absorption are others',
# and what no paper gives is assumed with a range that is sampled.
ketamine <- function() {
  description <- "S- and R-ketamine, their norketamines and hydroxynorketamines after any route: intravenous, intramuscular, subcutaneous, nasal, under the tongue, swallowed, rectal or inhaled. What is swallowed passes the gut wall and a well-stirred liver before it reaches the blood."
  reference <- "Disposition: Simons 2022, doi:10.3389/fpain.2022.946486. Extraction, nasal and oral absorption: Perez-Ruixo 2021, doi:10.1007/s40262-020-00953-4. R-ketamine: Wang 2019, doi:10.2147/DDDT.S224553. Inhaled: Jonkman 2017, doi:10.1097/ALN.0000000000001798."
  units <- list(time = "h", dosing = "mg", concentration = "nmol/mL")
  sampling <- "arterial plasma"
  outputs <- list(
    cp_s = "S-ketamine in plasma (nmol/mL)",
    cp_r = "R-ketamine in plasma (nmol/mL)",
    cp_sn = "S-norketamine in plasma (nmol/mL)",
    cp_rn = "R-norketamine in plasma (nmol/mL)",
    cp_shnk = "S-hydroxynorketamine in plasma (nmol/mL)",
    cp_rhnk = "R-hydroxynorketamine in plasma (nmol/mL)"
  )
  badges <- list(
    cp_s = "measured in people",
    cp_r = "measured in people",
    cp_sn = "measured in people",
    cp_rn = "assumed",
    cp_shnk = "measured in people",
    cp_rhnk = "assumed"
  )
  anchors <- list(
    cp_s = "simons-2022: 20 mg over 20 min peaked at 273 and 260 ng/mL in arterial blood",
    cp_r = "wang-2019: clearance 15.8 mL/min/kg beside 18.4 of S-ketamine | persson-2002: 0.83 of it | hasan-2021: 0.94 of it",
    cp_rhnk = "hasan-2021: exposure over that of ketamine 3.1 (R) beside 1.7 (S)"
  )
  disagreement <- list(
    cp_sn = "kamp-2020: a peak a quarter higher",
    cp_rn = "kamp-2020: a peak of 0.84 nmol/mL where S-norketamine had 0.72",
    cp_shnk = "hasan-2021: exposure 1.7 times that of ketamine after an infusion, more than here"
  )
  limits <- list(
    site = "Arterial blood. A vein shows less while the drug comes in and more afterwards; the delay between them is not modelled.",
    composition = "Disposition and extraction come from different studies: swallowed doses tell the intrinsic clearance, infusions the clearance, and the flow through the liver is what makes the two agree (115 L/h), not a measured flow.",
    enantiomers = "R-ketamine shares volumes and flows with S-ketamine, as the recirculatory model of Henthorn 2018 does. No kinetics of R-metabolites were found; R-norketamine is given those of S-norketamine.",
    metabolites = "All ketamine that is absorbed is metabolised, and the fractions that become norketamine and hydroxynorketamine are the source's assumptions. Norketamine formed in the gut wall is not extracted again on its way through the liver. S-norketamine of Kamp 2020 is higher by about a quarter.",
    interactions = "Drugs, genotype and hepatic impairment act on the metabolism of ketamine; that of norketamine is left as it is, though inducers halve its exposure (Noppers 2011).",
    injection = "How fast a muscle or the skin releases the drug was not found as a rate; it is chosen for a peak 10 min after a muscle, half as fast after the skin. In children 41 % of an intramuscular dose arrived (Hornik 2018), in adults 93 % is quoted.",
    drops = "What the nose absorbs of drops or sprays of racemate lies between nothing (11 to 17 % available, phar-2022) and 30 % (45 % available in Yanagihara 2003, three people).",
    inhaled = "How an inhaled dose divides between the immediate and the slow path was not seen. The loss that grows with the concentration is that of S-ketamine and is applied to R-ketamine too.",
    sex = "Women clear 20 % faster (Sigtermans 2009); Perez-Ruixo 2021 found no influence of sex or weight.",
    ancestry = "Factors of one study of the nasal spray, carried to every route.",
    genotype = "Alleles *6 of CYP2B6 are a scenario: clearance 0.60 and 0.32 of normal in patients with subcutaneous infusions (Li 2015), no difference at all in volunteers after one oral dose (Rao 2016).",
    hepatic = "That exposure is higher in moderate hepatic impairment was read, by how much was not: twice is assumed. Severe impairment was not studied.",
    occasions = "Variability between occasions is treated as variability between subjects."
  )
  # Standard errors on the scale of ini. Where a paper prints one it is that over the estimate; where nothing was measured it spans the
  # range that was found, two standard errors to each side.
  uncertainty <- list(
    lv1 = 0.078,           # [derived] simons-2022: Table 4, 0.9 of 11.6
    lv2 = 0.074,           # [derived] simons-2022: Table 4, 2.9 of 39.0
    lv3 = 0.063,           # [derived] simons-2022: Table 4, 11 of 174
    lcl_s = 0.041,         # [derived] simons-2022: Table 4, 0.06 of 1.48
    lq2 = 0.099,           # [derived] simons-2022: Table 4, 0.24 of 2.43
    lq3 = 0.066,           # [derived] simons-2022: Table 4, 0.08 of 1.21
    lmtt_nk = 0.050,       # [derived] simons-2022: Table 4, 1.0 of 20.1
    lv2_nk = 0.059,        # [derived] simons-2022: Table 4, 13 of 221
    lcl_nk = 0.040,        # [derived] simons-2022: Table 4, 0.04 of 1.00
    lq_nk = 0.057,         # [derived] simons-2022: Table 4, 0.15 of 2.63
    lmtt_hnk = 0.46,       # [derived] simons-2022: Table 4, 0.51 of 1.12
    lv1_hnk = 0.45,        # [derived] simons-2022: Table 4, 2.0 of 4.4
    lv2_hnk = 0.074,       # [derived] simons-2022: Table 4, 6.5 of 87.5
    lcl_hnk = 0.073,       # [derived] simons-2022: Table 4, 0.068 of 0.933
    lq_hnk = 0.147,        # [derived] simons-2022: Table 4, 0.25 of 1.70
    lratio_cl_r = 0.032,   # [derived] wang-2019: a quarter of ln(0.94 / 0.83), the ratios of Hasan 2021 and Persson 2002
    lratio_cl_rnk = 0.15,  # [assumed] euthymia: nothing was found; a third more or less within two standard errors
    lratio_cl_rhnk = 0.17, # [derived] hasan-2021: 0.8 of 1.7 and 1.4 of 3.1 in 15 people, root of (0.47^2 + 0.45^2) / 15
    lextraction = 0.35,    # [assumed] euthymia: extraction 0.63 to 0.87; 8 % (S-ketamine, Fanta 2015) and 23 % (racemate, Chong 2006) available ask for these
    lgut = 0.3,            # [assumed] euthymia: 0.49 to 0.77 of a swallowed dose pass the gut wall
    le_sex = 0.08,         # [assumed] sigtermans-2009: no error seen; 2 to 41 % within two standard errors
    le_asian_cl = 0.2,     # [assumed] perez-ruixo-2021: carried over from the spray
    le_asian_nk = 0.15,    # [assumed] perez-ruixo-2021: carried over from the spray
    le_japanese = 0.15,    # [assumed] perez-ruixo-2021: carried over to drops
    le_hepatic = 0.4,      # [assumed] euthymia: exposure ratios of 1.4 to 2.9
    le_star6 = 0.5,        # [assumed] euthymia: no effect (Rao 2016) lies two standard errors away
    logit_f_im = 0.8,      # [assumed] euthymia: 73 to 98 %
    lka_im = 0.3,          # [assumed] ketamine-overview: peak after 6 to 19 min
    logit_f_sc = 0.8,      # [assumed] euthymia: as the muscle
    lka_sc = 0.5,          # [assumed] euthymia: peak after 8 to 40 min
    logit_fr = 0.3,        # [assumed] perez-ruixo-2021: 29 to 57 %, the printed 54 % among them
    logit_fr_drops = 0.75, # [assumed] euthymia: 4 to 44 %
    logit_mucosa = 0.5,    # [assumed] euthymia: 6 to 30 %
    lka_pr = 0.3,          # [derived] hasan-2021: half-life 11 +- 4 h, 4 / 11 in a person; taken as the error of the mean of other tablets
    logit_bypass = 0.75,   # [assumed] euthymia: 3 to 42 %
    logit_f_inhaled = 0.24, # [derived] jonkman-2017: abstract, 5 of 70 % : 0.05 / (0.7 * 0.3)
    ld_inhaled = 0.35,     # [assumed] euthymia: 10 to 40 min
    logit_fast = 0.75,     # [assumed] euthymia: 18 to 82 % by the immediate path
    lka_lung = 0.2         # [derived] jonkman-2017: 0.01 of 0.05 1/min
  )

  ini({
    # Disposition of S-ketamine at 70 kg
    lv1 <- log(11.6); label("Central volume (L)") # [seen] simons-2022: Table 4, V1 11.6 L
    lv2 <- log(39.0); label("Shallow peripheral volume (L)") # [seen] simons-2022: Table 4, V2 39.0 L
    lv3 <- log(174); label("Deep peripheral volume (L)") # [seen] simons-2022: Table 4, V3 174 L
    lcl_s <- log(1.48 * 60); label("Clearance of S-ketamine (L/h)") # [seen] simons-2022: Table 4, CL 1.48 L/min
    lq2 <- log(2.43 * 60); label("Flow to the shallow volume (L/h)") # [seen] simons-2022: Table 4, Q2 2.43 L/min
    lq3 <- log(1.21 * 60); label("Flow to the deep volume (L/h)") # [seen] simons-2022: Table 4, Q3 1.21 L/min
    lratio_cl_r <- log(0.86); label("Clearance of R- over S-ketamine") # [derived] wang-2019: 15.8 / 18.4 mL/min/kg

    # Norketamine and hydroxynorketamine at 70 kg; the central volume of norketamine is that of ketamine
    lmtt_nk <- log(20.1 / 60); label("Mean transit time of the step to norketamine (h)") # [seen] simons-2022: Table 4, MTT 20.1 min in two compartments
    n_forming <- fix(2); label("Compartments of each metabolic step") # [seen] simons-2022: Methods
    f_nk <- fix(0.8); label("Fraction of metabolised ketamine that forms norketamine") # [seen] simons-2022: Methods, assumed there
    lv2_nk <- log(221); label("Peripheral volume of norketamine (L)") # [seen] simons-2022: Table 4, 221 L
    lcl_nk <- log(1.00 * 60); label("Clearance of S-norketamine (L/h)") # [seen] simons-2022: Table 4, 1.00 L/min
    lq_nk <- log(2.63 * 60); label("Flow to the peripheral volume (L/h)") # [seen] simons-2022: Table 4, 2.63 L/min
    lmtt_hnk <- log(1.12 / 60); label("Mean transit time of the step to hydroxynorketamine (h)") # [seen] simons-2022: Table 4, MTT 1.12 min in two compartments
    f_hnk <- fix(0.7); label("Fraction of metabolised norketamine that forms hydroxynorketamine") # [seen] simons-2022: Methods, assumed there
    lv1_hnk <- log(4.4); label("Central volume of hydroxynorketamine (L)") # [seen] simons-2022: Table 4, 4.4 L
    lv2_hnk <- log(87.5); label("Peripheral volume of hydroxynorketamine (L)") # [seen] simons-2022: Table 4, 87.5 L
    lcl_hnk <- log(0.933 * 60); label("Clearance of S-hydroxynorketamine (L/h)") # [seen] simons-2022: Table 4, 0.933 L/min
    lq_hnk <- log(1.70 * 60); label("Flow to the peripheral volume (L/h)") # [seen] simons-2022: Table 4, 1.70 L/min
    lratio_cl_rnk <- log(1); label("Clearance of R- over S-norketamine") # [assumed] euthymia: no kinetics of R-norketamine were found
    lratio_cl_rhnk <- log(1.7 / 3.1); label("Clearance of R- over S-hydroxynorketamine") # [derived] hasan-2021: exposures over that of ketamine after an infusion, 1.7 (S) and 3.1 (R)

    # Gut wall and liver
    lextraction <- log(101 * (1.11 + 2.77) / (1.48 * 60) - 1); label("Intrinsic clearance of S-ketamine in the liver over the flow through it") # [derived] perez-ruixo-2021: Table 3, Vh (kel + kmet) = 392 L/h beside the clearance of 88.8 L/h; an extraction of 0.773
    lgut <- log(1 / 0.64 - 1); label("Intrinsic clearance of the gut wall over the flow through it") # [derived] perez-ruixo-2021: Table 3, Fgut 0.64 = 1 / (1 + x)
    lmtt_portal <- log(10.7 / 60); label("Mean transit time from gut to liver (h)") # [seen] simons-2022: Table 4, MTT gut 10.7 min

    # Who the patient is
    weight_ref <- fix(70); label("Weight of the printed values (kg)") # [seen] simons-2022: Table 4, values at 70 kg
    e_wt_flow <- fix(0.75); label("Exponent of weight on clearances") # [assumed] otto-2021: Table 3, footnote, for S-ketamine of Fanta 2015; not printed in Simons 2022
    e_wt_volume <- fix(1); label("Exponent of weight on volumes") # [assumed] otto-2021: Table 3, footnote, for S-ketamine of Fanta 2015; not printed in Simons 2022
    le_sex <- log(1.2); label("Log of the clearances in women over those in men") # [seen] sigtermans-2009: abstract, about 20 % greater, of S-ketamine and S-norketamine
    share_female <- fix(0.5); label("Share of women among those of the printed values") # [seen] simons-2022: thesis, 10 of 20
    age_flow <- fix(2.19 / 151); label("Loss of flow through the liver for each year above 60 (1/y)") # [derived] perez-ruixo-2021: Table 3, 2.19 of 151 L/h
    age_ref <- fix(60); label("Age from which it falls (years)") # [seen] perez-ruixo-2021: Table 3
    le_asian_cl <- log((0.36 * 1.11 + 2.77) / (1.11 + 2.77)); label("Log of the factor on intrinsic clearance in Asians") # [derived] perez-ruixo-2021: Table 3, 0.36 on kel
    le_asian_nk <- log(0.81); label("Log of the factor on the clearance of norketamine in Asians") # [seen] perez-ruixo-2021: Table 3
    le_japanese <- log(1.34); label("Log of the factor on the fraction absorbed in the nose in Japanese") # [seen] perez-ruixo-2021: Table 3
    le_hepatic <- log(0.256); label("Log of the factor on intrinsic clearance in moderate hepatic impairment") # [assumed] spravato-label: exposure after the spray higher, without a number; taken as twice: (0.792 - 0.370 E) / E = 2.03 * 0.506 / 0.773, E = 0.466, E / (1 - E) = 0.256 * 3.41
    le_star6 <- log(0.31); label("Log of the factor on intrinsic clearance for each allele *6 of CYP2B6") # [derived] li-2015: clearance 0.32 of normal with two alleles; E = 0.32 * 0.773, E / (1 - E) = 0.329 = 0.31^2 * 3.41

    # Injections
    logit_f_im <- log(0.93 / (1 - 0.93)); label("Fraction of an intramuscular dose that arrives") # [seen] ketamine-overview: 93 %, quoted without its source
    lka_im <- log(2); label("Absorption from a muscle (1/h)") # [assumed] ketamine-overview: peak after 10 min in this model, the middle of the 5 to 15 min quoted
    logit_f_sc <- log(0.93 / (1 - 0.93)); label("Fraction of a subcutaneous dose that arrives") # [assumed] euthymia: as from a muscle; none was found for adults
    lka_sc <- log(1); label("Absorption from the skin (1/h)") # [assumed] euthymia: half as fast as from a muscle

    # Nose: each 28-mg device doses its whole amount into `nasal_*` and again into `swallowed_*`; f() splits it
    logit_fr <- log(0.422 / (1 - 0.422)); label("Fraction of the first device absorbed in the nose") # [derived] perez-ruixo-2021: Table 3; its 0.622 available over its clearance of 109 L/h is kept: 0.506 over 88.8 = x + (1 - x) * 0.64 * 0.227
    later_devices <- fix(0.62); label("Factor on that fraction for the second and later devices") # [seen] perez-ruixo-2021: Table 3, dose on FRn
    logit_fr_drops <- log(0.15 / (1 - 0.15)); label("Fraction of drops absorbed in the nose") # [assumed] euthymia: between 0 (phar-2022) and 0.30 (Yanagihara 2003)
    lka_nasal <- log(2.93); label("Absorption from the nose (1/h)") # [seen] perez-ruixo-2021: Table 3
    ld_swallowed <- log(0.53); label("Duration of swallowing from the nose (h)") # [seen] perez-ruixo-2021: Table 3
    lka_swallowed <- log(1.45); label("Absorption of what the nose lets be swallowed (1/h)") # [seen] perez-ruixo-2021: Table 3

    # Under the tongue: the whole amount into `mucosa_*` and again into `mouth_gut_*`
    logit_mucosa <- log(0.138 / (1 - 0.138)); label("Fraction absorbed through the mucosa of the mouth") # [derived] simons-2022: 26.3 % of a film arrive = x + (1 - x) * 0.64 * 0.227
    ld_mucosa <- log(13.1 / 60); label("Duration of release to the mucosa (h)") # [seen] simons-2022: Table 4, D1 13.1 min
    lka_mucosa <- log(0.04 * 60); label("Absorption from the mucosa (1/h)") # [seen] simons-2022: Table 4, KA1 0.04 1/min
    ld_mouth <- log(29.9 / 60); label("Duration of swallowing from the mouth (h)") # [seen] simons-2022: Table 4, D2 29.9 min
    lka_mouth <- log(0.049 * 60); label("Absorption of what the mouth lets be swallowed (1/h)") # [seen] simons-2022: Table 4, KA2 0.049 1/min

    # Swallowed, rectal
    ld_oral <- log(0.32); label("Duration of release of an oral dose (h)") # [seen] perez-ruixo-2021: Table 3, a solution
    lka_oral <- log(0.97); label("Absorption of an oral dose (1/h)") # [seen] perez-ruixo-2021: Table 3, a solution
    lka_pr <- log(log(2) / 11); label("Absorption of a prolonged-release tablet (1/h)") # [derived] hasan-2021: terminal half-life 11 h, longer than that of the infusion
    logit_bypass <- log(0.138 / (1 - 0.138)); label("Fraction of a rectal dose that misses gut wall and liver") # [assumed] euthymia: as through the mucosa of the mouth

    # Inhaled: what is breathed in while the patient grows drowsy is lost to the air in part
    logit_f_inhaled <- log(0.7 / (1 - 0.7)); label("Fraction of a nebulised dose that arrives at low concentrations") # [seen] jonkman-2017: abstract, 70 %
    logit_fast <- log(0.5 / (1 - 0.5)); label("Fraction of that by the immediate path") # [assumed] euthymia: not seen
    ld_inhaled <- log(20 / 60); label("Duration of breathing from the nebuliser (h)") # [assumed] euthymia: not seen; that of the infusion in the same study
    lc50_loss <- log(406 / 237.73); label("S-ketamine in plasma at which half of what is breathed in is lost (nmol/mL)") # [seen] jonkman-2017: abstract, 406 ng/mL
    steepness_loss <- fix(2.3); label("Steepness of that loss") # [derived] jonkman-2017: 50 % arrive at 275 and 38 % at 375 ng/mL (thesis of Simons, page 34): ln(0.286 / 0.714) / ln(275 / 406) = 2.35, ln(0.457 / 0.543) / ln(375 / 406) = 2.17
    ka_airway <- fix(60); label("Absorption by the immediate path (1/h)") # [assumed] euthymia: within a minute; immediate in the source
    lka_lung <- log(0.05 * 60); label("Absorption by the slow path (1/h)") # [seen] jonkman-2017: abstract, 0.05 1/min

    molar_mass <- fix(237.73); label("Molar mass of ketamine (g/mol)") # [seen] simons-2022: transcription
    nmol_per_ml_in_mmol_per_l <- fix(1000); label("nmol/mL in one mmol/L") # [derived] euthymia: definition of the units

    # Between subjects, variances on the log scale
    eta_v1 ~ 0.057 # [seen] simons-2022: Table 4, V1
    eta_flow ~ 0.023 # [derived] simons-2022: Table 4, CL 0.029 less what the intrinsic clearance adds, 0.227^2 * 0.117
    eta_clint ~ 0.117 # [derived] perez-ruixo-2021: Table 3, CV 120 % of kel and 30 % (placeholder) of kmet in their sum: 0.286^2 * 0.892 + 0.714^2 * 0.086
    eta_q3 ~ 0.026 # [seen] simons-2022: Table 4, Q3
    eta_cl_nk ~ 0.050 # [seen] simons-2022: Table 4, CL of norketamine
    eta_mtt_nk ~ 0.021 # [seen] simons-2022: Table 4, MTT to norketamine
    eta_v1_hnk ~ 1.22 # [seen] simons-2022: Table 4, V1 of hydroxynorketamine
    eta_v2_hnk ~ 0.152 # [seen] simons-2022: Table 4, V2 of hydroxynorketamine, between occasions
    eta_cl_hnk ~ 0.111 # [derived] simons-2022: Table 4, 0.103 between subjects + 0.008 between occasions
    eta_q_hnk ~ 0.287 # [seen] simons-2022: Table 4, Q of hydroxynorketamine
    eta_ka_injection ~ 0.16 # [assumed] euthymia: a coefficient of variation of 40 %
    eta_fr ~ 0.501 # [derived] perez-ruixo-2021: Table 3, 0.708^2, on the logit
    eta_ka_nasal ~ 0.321 # [derived] perez-ruixo-2021: Table 3, CV 61.5 %
    eta_ka_gut ~ 1.009 # [derived] perez-ruixo-2021: Table 3, CV 132 %
    eta_mucosa ~ 0.30 # [derived] simons-2022: Table 4, F1 0.060: (0.060 * 0.263^2 - (0.862 * 0.64 * 0.175)^2 * 0.117) / (0.855 * 0.119)^2, on the logit
    eta_d_mucosa ~ 0.154 # [seen] simons-2022: Table 4, D1, between occasions
    eta_ka_mucosa ~ 0.062 # [seen] simons-2022: Table 4, KA1, between occasions
    eta_inhaled ~ 0.1 # [assumed] euthymia: on the logit; 57 to 81 % arrive in most people

    prop_sd <- 0.110; label("Residual of ketamine, fraction") # [derived] simons-2022: Table 4, 0.012 read as a variance
    prop_sd_nk <- 0.102; label("Residual of norketamine, fraction") # [seen] simons-2022: Table 4
    add_sd_nk <- 0.058; label("Residual of norketamine (nmol/mL)") # [seen] simons-2022: Table 4
    prop_sd_hnk <- 0.079; label("Residual of hydroxynorketamine, fraction") # [seen] simons-2022: Table 4
    add_sd_hnk <- 0.020; label("Residual of hydroxynorketamine (nmol/mL)") # [seen] simons-2022: Table 4
  })

  model({
    sex <- exp(le_sex * (FEMALE - share_female))
    size_flow <- (WT / weight_ref)^e_wt_flow
    size_volume <- (WT / weight_ref)^e_wt_volume
    v1 <- exp(lv1 + eta_v1) * size_volume
    v2 <- exp(lv2) * size_volume
    v3 <- exp(lv3) * size_volume
    q2 <- exp(lq2) * size_flow
    q3 <- exp(lq3 + eta_q3) * size_flow

    # The flow is what makes the extraction and the printed clearance agree: CL = flow * E in the typical person. Whatever changes the
    # intrinsic clearance afterwards changes the clearance of an infusion little and the share of a swallowed dose that arrives a lot.
    extraction_s <- exp(lextraction) / (1 + exp(lextraction))
    extraction_r <- min(0.98, extraction_s * exp(lratio_cl_r)) # [assumed] euthymia: a bound, for no liver extracts all
    flow_ref <- exp(lcl_s) / extraction_s * size_flow * sex
    flow <- flow_ref * (1 - age_flow * max(0, AGE - age_ref)) * exp(eta_flow)
    metabolism <- exp(le_asian_cl * ASIAN + le_hepatic * HEPATIC + le_star6 * CYP2B6_STAR6 + eta_clint) * CLINT_LIVER
    clint_s <- flow_ref * exp(lextraction) * metabolism
    clint_r <- flow_ref * extraction_r / (1 - extraction_r) * metabolism
    cl_s <- flow * clint_s / (flow + clint_s)
    cl_r <- flow * clint_r / (flow + clint_r)
    past_gut <- 1 / (1 + exp(lgut) * CLINT_GUT)
    past_liver_s <- flow / (flow + clint_s)
    past_liver_r <- flow / (flow + clint_r)
    arriving_s <- past_gut * past_liver_s
    arriving_r <- past_gut * past_liver_r

    rate_nk <- n_forming / exp(lmtt_nk + eta_mtt_nk)
    v2_nk <- exp(lv2_nk) * size_volume
    cl_snk <- exp(lcl_nk + le_asian_nk * ASIAN + eta_cl_nk) * size_flow * sex
    cl_rnk <- cl_snk * exp(lratio_cl_rnk)
    q_nk <- exp(lq_nk) * size_flow
    rate_hnk <- n_forming / exp(lmtt_hnk)
    v1_hnk <- exp(lv1_hnk + eta_v1_hnk) * size_volume
    v2_hnk <- exp(lv2_hnk + eta_v2_hnk) * size_volume
    cl_shnk <- exp(lcl_hnk + eta_cl_hnk) * size_flow
    cl_rhnk <- cl_shnk * exp(lratio_cl_rhnk)
    q_hnk <- exp(lq_hnk + eta_q_hnk) * size_flow

    # How much of a dose takes which way. A fraction cannot exceed 1, though 1.34 times an individual one could.
    fr_first <- min(1, exp(le_japanese * JAPANESE) / (1 + exp(-(logit_fr + eta_fr))))
    fr_later <- fr_first * later_devices
    fr_drops <- min(1, exp(le_japanese * JAPANESE) / (1 + exp(-(logit_fr_drops + eta_fr))))
    through_mucosa <- 1 / (1 + exp(-(logit_mucosa + eta_mucosa)))
    f_inhaled <- 1 / (1 + exp(-(logit_f_inhaled + eta_inhaled)))
    fast <- 1 / (1 + exp(-logit_fast))
    bypass <- 1 / (1 + exp(-logit_bypass))
    f_im <- 1 / (1 + exp(-logit_f_im))
    f_sc <- 1 / (1 + exp(-logit_f_sc))

    ka_im <- exp(lka_im + eta_ka_injection)
    ka_sc <- exp(lka_sc + eta_ka_injection)
    ka_nasal <- exp(lka_nasal + eta_ka_nasal)
    ka_swallowed <- exp(lka_swallowed + eta_ka_gut)
    ka_mucosa <- exp(lka_mucosa + eta_ka_mucosa)
    ka_mouth <- exp(lka_mouth + eta_ka_gut)
    ka_oral <- exp(lka_oral + eta_ka_gut)
    ka_pr <- exp(lka_pr)
    ka_lung <- exp(lka_lung)
    rate_portal <- 1 / exp(lmtt_portal)

    drowsy <- (max(0, central_s) / v1 * nmol_per_ml_in_mmol_per_l / molar_mass / exp(lc50_loss))^steepness_loss
    lost <- drowsy / (1 + drowsy)

    # S-ketamine. Amounts are mg of ketamine, or of the ketamine that became the metabolite
    f(muscle_s) <- f_im
    f(skin_s) <- f_sc
    d/dt(muscle_s) <- -ka_im * muscle_s
    d/dt(skin_s) <- -ka_sc * skin_s
    f(nasal_first_s) <- fr_first
    f(nasal_later_s) <- fr_later
    f(swallowed_first_s) <- 1 - fr_first
    f(swallowed_later_s) <- 1 - fr_later
    dur(swallowed_first_s) <- exp(ld_swallowed)
    dur(swallowed_later_s) <- exp(ld_swallowed)
    d/dt(nasal_first_s) <- -ka_nasal * nasal_first_s
    d/dt(nasal_later_s) <- -ka_nasal * nasal_later_s
    d/dt(swallowed_first_s) <- -ka_swallowed * swallowed_first_s
    d/dt(swallowed_later_s) <- -ka_swallowed * swallowed_later_s
    f(nasal_drops_s) <- fr_drops
    f(swallowed_drops_s) <- 1 - fr_drops
    dur(swallowed_drops_s) <- exp(ld_swallowed)
    d/dt(nasal_drops_s) <- -ka_nasal * nasal_drops_s
    d/dt(swallowed_drops_s) <- -ka_swallowed * swallowed_drops_s
    f(mucosa_s) <- through_mucosa
    dur(mucosa_s) <- exp(ld_mucosa + eta_d_mucosa)
    f(mouth_gut_s) <- 1 - through_mucosa
    dur(mouth_gut_s) <- exp(ld_mouth)
    d/dt(mucosa_s) <- -ka_mucosa * mucosa_s
    d/dt(mouth_gut_s) <- -ka_mouth * mouth_gut_s
    dur(oral_s) <- exp(ld_oral)
    d/dt(oral_s) <- -ka_oral * oral_s
    d/dt(tablet_pr_s) <- -ka_pr * tablet_pr_s
    dur(rectum_s) <- exp(ld_oral)
    d/dt(rectum_s) <- -ka_oral * rectum_s
    f(airway_s) <- f_inhaled
    dur(airway_s) <- exp(ld_inhaled)
    deposited_s <- ka_airway * (1 - lost) * airway_s
    d/dt(airway_s) <- -ka_airway * airway_s
    d/dt(lung_s) <- (1 - fast) * deposited_s - ka_lung * lung_s

    into_blood_s <- ka_im * muscle_s + ka_sc * skin_s + ka_nasal * (nasal_first_s + nasal_later_s + nasal_drops_s) + ka_mucosa * mucosa_s + bypass * ka_oral * rectum_s + fast * deposited_s + ka_lung * lung_s
    into_gut_s <- ka_swallowed * (swallowed_first_s + swallowed_later_s + swallowed_drops_s) + ka_mouth * mouth_gut_s + ka_oral * (oral_s + (1 - bypass) * rectum_s) + ka_pr * tablet_pr_s
    d/dt(portal_s) <- into_gut_s - rate_portal * portal_s
    d/dt(central_s) <- into_blood_s + arriving_s * rate_portal * portal_s - (cl_s + q2 + q3) / v1 * central_s + q2 / v2 * shallow_s + q3 / v3 * deep_s
    d/dt(shallow_s) <- q2 / v1 * central_s - q2 / v2 * shallow_s
    d/dt(deep_s) <- q3 / v1 * central_s - q3 / v3 * deep_s

    d/dt(forming1_snk) <- cl_s / v1 * central_s + (1 - arriving_s) * rate_portal * portal_s - rate_nk * forming1_snk
    d/dt(forming2_snk) <- rate_nk * (forming1_snk - forming2_snk)
    d/dt(central_snk) <- f_nk * rate_nk * forming2_snk - (cl_snk + q_nk) / v1 * central_snk + q_nk / v2_nk * peripheral_snk
    d/dt(peripheral_snk) <- q_nk / v1 * central_snk - q_nk / v2_nk * peripheral_snk

    d/dt(forming1_shnk) <- cl_snk / v1 * central_snk - rate_hnk * forming1_shnk
    d/dt(forming2_shnk) <- rate_hnk * (forming1_shnk - forming2_shnk)
    d/dt(central_shnk) <- f_hnk * rate_hnk * forming2_shnk - (cl_shnk + q_hnk) / v1_hnk * central_shnk + q_hnk / v2_hnk * peripheral_shnk
    d/dt(peripheral_shnk) <- q_hnk / v1_hnk * central_shnk - q_hnk / v2_hnk * peripheral_shnk

    # R-ketamine; the devices hold S-ketamine alone. Amounts are mg of ketamine, or of the ketamine that became the metabolite
    f(muscle_r) <- f_im
    f(skin_r) <- f_sc
    d/dt(muscle_r) <- -ka_im * muscle_r
    d/dt(skin_r) <- -ka_sc * skin_r
    f(nasal_drops_r) <- fr_drops
    f(swallowed_drops_r) <- 1 - fr_drops
    dur(swallowed_drops_r) <- exp(ld_swallowed)
    d/dt(nasal_drops_r) <- -ka_nasal * nasal_drops_r
    d/dt(swallowed_drops_r) <- -ka_swallowed * swallowed_drops_r
    f(mucosa_r) <- through_mucosa
    dur(mucosa_r) <- exp(ld_mucosa + eta_d_mucosa)
    f(mouth_gut_r) <- 1 - through_mucosa
    dur(mouth_gut_r) <- exp(ld_mouth)
    d/dt(mucosa_r) <- -ka_mucosa * mucosa_r
    d/dt(mouth_gut_r) <- -ka_mouth * mouth_gut_r
    dur(oral_r) <- exp(ld_oral)
    d/dt(oral_r) <- -ka_oral * oral_r
    d/dt(tablet_pr_r) <- -ka_pr * tablet_pr_r
    dur(rectum_r) <- exp(ld_oral)
    d/dt(rectum_r) <- -ka_oral * rectum_r
    f(airway_r) <- f_inhaled
    dur(airway_r) <- exp(ld_inhaled)
    deposited_r <- ka_airway * (1 - lost) * airway_r
    d/dt(airway_r) <- -ka_airway * airway_r
    d/dt(lung_r) <- (1 - fast) * deposited_r - ka_lung * lung_r

    into_blood_r <- ka_im * muscle_r + ka_sc * skin_r + ka_nasal * nasal_drops_r + ka_mucosa * mucosa_r + bypass * ka_oral * rectum_r + fast * deposited_r + ka_lung * lung_r
    into_gut_r <- ka_swallowed * swallowed_drops_r + ka_mouth * mouth_gut_r + ka_oral * (oral_r + (1 - bypass) * rectum_r) + ka_pr * tablet_pr_r
    d/dt(portal_r) <- into_gut_r - rate_portal * portal_r
    d/dt(central_r) <- into_blood_r + arriving_r * rate_portal * portal_r - (cl_r + q2 + q3) / v1 * central_r + q2 / v2 * shallow_r + q3 / v3 * deep_r
    d/dt(shallow_r) <- q2 / v1 * central_r - q2 / v2 * shallow_r
    d/dt(deep_r) <- q3 / v1 * central_r - q3 / v3 * deep_r

    d/dt(forming1_rnk) <- cl_r / v1 * central_r + (1 - arriving_r) * rate_portal * portal_r - rate_nk * forming1_rnk
    d/dt(forming2_rnk) <- rate_nk * (forming1_rnk - forming2_rnk)
    d/dt(central_rnk) <- f_nk * rate_nk * forming2_rnk - (cl_rnk + q_nk) / v1 * central_rnk + q_nk / v2_nk * peripheral_rnk
    d/dt(peripheral_rnk) <- q_nk / v1 * central_rnk - q_nk / v2_nk * peripheral_rnk

    d/dt(forming1_rhnk) <- cl_rnk / v1 * central_rnk - rate_hnk * forming1_rhnk
    d/dt(forming2_rhnk) <- rate_hnk * (forming1_rhnk - forming2_rhnk)
    d/dt(central_rhnk) <- f_hnk * rate_hnk * forming2_rhnk - (cl_rhnk + q_hnk) / v1_hnk * central_rhnk + q_hnk / v2_hnk * peripheral_rhnk
    d/dt(peripheral_rhnk) <- q_hnk / v1_hnk * central_rhnk - q_hnk / v2_hnk * peripheral_rhnk

    to_nmol_per_ml <- nmol_per_ml_in_mmol_per_l / molar_mass
    cp_s <- central_s / v1 * to_nmol_per_ml
    cp_r <- central_r / v1 * to_nmol_per_ml
    cp_sn <- central_snk / v1 * to_nmol_per_ml
    cp_rn <- central_rnk / v1 * to_nmol_per_ml
    cp_shnk <- central_shnk / v1_hnk * to_nmol_per_ml
    cp_rhnk <- central_rhnk / v1_hnk * to_nmol_per_ml

    cp_s ~ prop(prop_sd)
    cp_r ~ prop(prop_sd)
    cp_sn ~ add(add_sd_nk) + prop(prop_sd_nk)
    cp_rn ~ add(add_sd_nk) + prop(prop_sd_nk)
    cp_shnk ~ add(add_sd_hnk) + prop(prop_sd_hnk)
    cp_rhnk ~ add(add_sd_hnk) + prop(prop_sd_hnk)
  })
}
