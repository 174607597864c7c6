# Composed after glutamate-cascade. All outputs are relative to 1 before the dose. Nothing of it reaches the score unless a course asks.
synaptic_cascade <- function() {
  description <- "From AMPA receptor throughput to BDNF/TrkB and mTORC1 signalling, to synapses (formed faster, lost as before) and to new neurons of the hippocampus."
  reference <- "Li N, et al. Science 2010;329:959-964 (rat); Phoumthipphavong V, et al. eNeuro 2016 (mouse, two-photon); Pryazhnikov E, et al. Sci Rep 2018;8:6464 (mouse); Soumier A, et al. eNeuro 2016 (rat)."
  units <- list(time = "h", dosing = "mg", concentration = "nmol/mL")
  outputs <- list(
    bdnf = "BDNF/TrkB signalling (relative)",
    mtor = "mTORC1 signalling (relative)",
    synapses = "Synapses in the prefrontal cortex (relative)",
    neurogenesis = "New neurons of the hippocampus (relative)"
  )
  layer <- "cascade"
  badges <- list(
    bdnf = "assumed",
    mtor = "scaled from animals",
    synapses = "scaled from animals",
    neurogenesis = "scaled from animals"
  )
  anchors <- list(
    bdnf = "haile-2014: more BDNF in plasma of responders than of others 240 min after an infusion, 22 patients | peerj-bdnf-2021: more in plasma after six infusions, 94 patients; neither gives a size that reaches the brain",
    mtor = "li-2010: mTOR signalling activated at once, synaptic proteins and synapses after it, both stopped by rapamycin, rat",
    synapses = "phoumthipphavong-2016: more spines for up to 2 weeks after one dose, formed faster, lost as before, mouse | pryazhnikov-2018: formed faster at 72 to 132 h of daily doses, lost as before, mouse",
    neurogenesis = "soumier-2016: more proliferation and faster maturation for at least 4 weeks after one injection of S-ketamine, rat"
  )
  disagreement <- list(
    bdnf = "pardossi-2024: studies of plasma BDNF in patients disagree with each other",
    mtor = "euthymia: no measurement in people was found",
    synapses = "holmes-2022: SV2A PET 24 h after one dose, no change in people or monkeys though symptoms fell | moda-sava-2019: in mice the effect begins without new spines and only lasts by them | pryazhnikov-2018: no faster formation at 6 to 24 h | hnk-outcome: the metabolite (2R,6R)-hydroxynorketamine, said to act here, went with less improvement in 53 patients (r 0.37)",
    neurogenesis = "soumier-2016: the effect on behaviour came without new neurons too | rawat-2022: in mice the activity of young neurons, not their number, brought the rapid effect"
  )
  limits <- list(
    size = "No size of any step was measured in people. Every gain is chosen so that a typical infusion of 0.5 mg/kg gives a rise of a tenth to a fifth; read the shape and the order, not the height.",
    time = "Half-lives are assumed within what the animal papers allow.",
    dose = "Animals received 10 mg/kg and more, which is not a dose of people."
  )
  uncertainty <- list(
    lgain_bdnf = 0.7,          # [assumed] euthymia: a factor of four to either side within two standard errors
    lhalf_bdnf = 0.7,          # [assumed] haile-2014: 0.4 to 6 h within two standard errors
    lgain_mtor = 0.7,          # [assumed] euthymia: a factor of four to either side within two standard errors
    lhalf_mtor = 0.7,          # [assumed] li-2010: 0.25 to 4 h within two standard errors
    lgain_formation = 0.7,     # [assumed] euthymia: a factor of four to either side within two standard errors
    lhalf_formation = 0.5,     # [assumed] pryazhnikov-2018: 0.7 to 5.4 days within two standard errors
    lhalf_synapses = 0.5,      # [assumed] phoumthipphavong-2016: 2 to 14 days within two standard errors
    lgain_neurogenesis = 1.0,  # [assumed] euthymia: a factor of seven to either side within two standard errors
    lhalf_neurogenesis = 0.4   # [assumed] soumier-2016: 1.3 to 6.7 weeks within two standard errors
  )

  ini({
    lgain_bdnf <- log(3.2); label("Signalling for each unit of throughput") # [assumed] haile-2014: a rise by a fifth, direction alone seen
    lhalf_bdnf <- log(1.5); label("Half-life of BDNF/TrkB signalling (h)") # [assumed] haile-2014: still there at 240 min
    lgain_mtor <- log(1.2); label("mTORC1 signalling for each unit of BDNF/TrkB") # [assumed] euthymia: a rise by a fifth
    lhalf_mtor <- log(1); label("Half-life of mTORC1 signalling (h)") # [assumed] li-2010: activated at once, hours
    lgain_formation <- log(15); label("Factor on formation for each unit of mTORC1") # [assumed] phoumthipphavong-2016: a tenth more synapses at their peak, size not seen
    lhalf_formation <- log(2 * 24); label("Half-life of faster formation (h)") # [assumed] pryazhnikov-2018: still faster at 72 to 132 h
    lhalf_synapses <- log(5 * 24); label("Half-life of a synapse (h)") # [assumed] phoumthipphavong-2016: more spines for up to 2 weeks
    lgain_neurogenesis <- log(21); label("New neurons for each unit of BDNF/TrkB") # [assumed] soumier-2016: a twentieth more, size not seen
    lhalf_neurogenesis <- log(3 * 7 * 24); label("Half-life of a change in their number (h)") # [assumed] soumier-2016: at least 4 weeks
  })

  model({
    k_bdnf <- log(2) / exp(lhalf_bdnf) # [derived] euthymia: the rate of a half-life
    k_mtor <- log(2) / exp(lhalf_mtor) # [derived] euthymia: the rate of a half-life
    k_formation <- log(2) / exp(lhalf_formation) # [derived] euthymia: the rate of a half-life
    k_loss <- log(2) / exp(lhalf_synapses) # [derived] euthymia: the rate of a half-life
    k_neurons <- log(2) / exp(lhalf_neurogenesis) # [derived] euthymia: the rate of a half-life

    d/dt(bdnf_excess) <- k_bdnf * (exp(lgain_bdnf) * ampa_excess - bdnf_excess)
    d/dt(mtor_excess) <- k_mtor * (exp(lgain_mtor) * bdnf_excess - mtor_excess)
    # `formation_excess` is what is added to a rate of formation of 1; the rate of loss stays as it was
    d/dt(formation_excess) <- k_formation * (exp(lgain_formation) * mtor_excess - formation_excess)
    d/dt(synapse_excess) <- k_loss * (formation_excess - synapse_excess)
    d/dt(neuron_excess) <- k_neurons * (exp(lgain_neurogenesis) * bdnf_excess - neuron_excess)

    bdnf <- 1 + bdnf_excess
    mtor <- 1 + mtor_excess
    synapses <- 1 + synapse_excess
    neurogenesis <- 1 + neuron_excess
  })
}
