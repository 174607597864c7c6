fitted <- function() {
  description <- "An improvement on the logarithm of the score that every session sets and time halves."
  units <- list(time = "h", dosing = "mg", concentration = "mg/L")
  conditions <- c("mdd", "trd")
  outputs <- list(score = "MADRS score (points)")
  ini({
    lgain <- 0.33; label("Improvement by a session, logarithm") # [derived] made-up: median of the draws
    lhalf <- 5.12; label("Half-life of the improvement, logarithm (h)") # [derived] made-up: median of the draws
    spread <- c(0, 0.5); label("Between patients, standard deviation") # [derived] made-up: median of the draws
    scale_top <- fix(60); label("Top of the scale (points)") # [seen] made-up: its range
    eta_gain ~ 1
    sd_score <- c(0, 3); label("Residual of a rating (points)") # [derived] made-up: median of the draws
  })
  model({
    k <- log(2) / exp(lhalf) # [derived] made-up: the rate of a half-life
    d/dt(expectancy) <- -k * expectancy
    improvement <- exp(lgain + spread * eta_gain) * expectancy
    score <- min(scale_top, BASE * exp(-improvement))
    score ~ add(sd_score)
  })
}
