lincmt_names_cl_v_q_vp <- function() {
  ini({
    CL <- 5
    V <- 20
    Q <- 8
    VP <- 60
  })
  model({
    cp <- linCmt()
  })
}
