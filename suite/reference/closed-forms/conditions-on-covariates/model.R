conditions_on_covariates <- function() {
  ini({
    k <- 0.1
  })
  model({
    if (WT > 80 && SEX == 1) {
      group <- 1
    } else if (WT > 80 || AGE >= 65) {
      group <- 2
    } else if (!(SEX == 0) & AGE != 40) {
      group <- 3
    } else {
      group <- 4
    }
    young <- AGE < 40
    pick <- ifelse(WT <= 60, 1.5, 2.5)
    score <- 10*(WT > 80) + (SEX == 1)*(AGE >= 65)
    if (SEX == 1) {
      if (AGE > 50) {
        nested <- 7
      } else {
        nested <- 8
      }
    } else {
      nested <- 9
    }
    d/dt(x) <- -k*x
  })
}
