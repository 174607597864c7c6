target_mediated_disposition <- function() {
  ini({
    kel <- 0.1
    kon <- 50
    koff <- 0.05
    kint <- 0.03
    kdeg <- 0.2
    ksyn <- 2
  })
  model({
    target(0) <- ksyn/kdeg
    bind <- kon*c*target - koff*bound
    d/dt(c) <- -kel*c - bind
    d/dt(target) <- ksyn - kdeg*target - bind
    d/dt(bound) <- bind - kint*bound
  })
}
