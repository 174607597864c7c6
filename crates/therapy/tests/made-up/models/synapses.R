synapses <- function() {
  description <- "What the surge builds."
  units <- list(time = "h", dosing = "mg", concentration = "mg/L")
  outputs <- list(synapses = "Synapses, over their rest")
  ini({
    rate <- 0.1; label("Rate (1/h)") # [assumed] made-up: for the tests
  })
  model({
    synapses(0) <- 1
    d/dt(synapses) <- rate * (surge - synapses)
  })
}
