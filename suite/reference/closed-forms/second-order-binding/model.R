second_order_binding <- function() {
  ini({
    kon <- 0.5
    koff <- 0
    total <- 8
  })
  model({
    free(0) <- total
    target(0) <- total/2
    d/dt(free) <- -kon*free*target + koff
    d/dt(target) <- -kon*free*target + koff
  })
}
