occupancy <- function() {
  description <- "Occupancy of a target."
  units <- list(time = "h", dosing = "mg", concentration = "mg/L")
  outputs <- list(occupancy = "Occupancy of the target")
  ini({
    ic50 <- 1; label("Concentration of half occupancy (mg/L)")
  })
  model({
    occupancy <- drug / (drug + ic50)
  })
}
