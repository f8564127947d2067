// The signatures of hardware and enterprises: RSA-PSS and ECDSA P-256, checked by OpenSSL.
//
// Native builds only. Same contract as verify() in signature.h. Leaves OpenSSL's queue of errors as
// it was, because that belongs to the program around us.
#pragma once

#include "globalstorage/bytes.h"
#include "globalstorage/error.h"

namespace gs::crypto {

Error verify_rsa_pss(Bytes public_key, Bytes message, Bytes signature);
Error verify_ecdsa_p256(Bytes public_key, Bytes message, Bytes signature);

}  // namespace gs::crypto
