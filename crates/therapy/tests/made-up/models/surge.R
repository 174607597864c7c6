surge <- function() {
  description <- "What the target sets going."
  units <- list(time = "h", dosing = "mg", concentration = "mg/L")
  outputs <- list(surge = "Surge, over its rest")
  ini({
    gain <- 2; label("Gain") # [assumed] made-up: for the tests
  })
  model({
    surge <- 1 + gain * occupancy
  })
}
