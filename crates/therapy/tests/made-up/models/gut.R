gut <- function() {
  description <- "What a gut wall lets through."
  units <- list(time = "h", dosing = "mg", concentration = "mg/L")
  outputs <- list(let_through = "Fraction that the gut wall lets through")
  model({
    let_through <- 1 / (1 + CLINT_GUT)
  })
}
