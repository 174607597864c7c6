lincmt_names_cl_vc_cld_vt <- function() {
  ini({
    CL <- 5
    VC <- 20
    CLD <- 8
    VT <- 60
  })
  model({
    cp <- linCmt()
  })
}
