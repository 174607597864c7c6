metabolite_equal_rate_cumulative <- function() {
  ini({
    k <- 0.3
    fm <- 0.7
  })
  model({
    d/dt(parent) <- -k*parent
    d/dt(metabolite) <- fm*k*parent - k*metabolite
    d/dt(gone) <- (1 - fm)*k*parent + k*metabolite
    balance <- parent + metabolite + gone
  })
}
