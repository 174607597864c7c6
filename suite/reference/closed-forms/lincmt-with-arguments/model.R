lincmt_with_arguments <- function() {
  ini({
    clearance <- 5
    volume <- 20
  })
  model({
    cl <- clearance
    vc <- volume
    unrelated <- 3
    cp <- linCmt(cl, vc)
  })
}
