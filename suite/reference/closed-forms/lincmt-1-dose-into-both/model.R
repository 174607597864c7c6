lincmt_1_dose_into_both <- function() {
  ini({
    ka <- 1.3
    cl <- 2.2
    vc <- 17
  })
  model({
    cp <- linCmt()
  })
}
