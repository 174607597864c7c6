occupied <- function() {
  description <- "A score that falls with occupancy."
  units <- list(time = "h", dosing = "mg", concentration = "mg/L")
  conditions <- c("trd")
  outputs <- list(score = "MADRS score (points)")
  ini({
    slope <- 0.01; label("Improvement, fraction per hour of occupancy") # [assumed] made-up: for the tests
  })
  model({
    d/dt(action) <- occupancy
    score <- BASE * exp(-slope * action)
  })
}
