pressure <- function() {
  description <- "What rests on nothing of the mechanism."
  units <- list(time = "h", dosing = "mg", concentration = "mg/L")
  outputs <- list(pressure = "Blood pressure, rise (mmHg)")
  ini({
    top <- 30; label("Largest rise (mmHg)") # [assumed] made-up: for the tests
  })
  model({
    pressure <- top * occupancy
  })
}
