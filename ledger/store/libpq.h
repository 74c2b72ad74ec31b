// PostgreSQL's client library, loaded when the first ledger in PostgreSQL is named. It brings some twenty libraries
// with it (Kerberos, LDAP, TLS), whose loading took a third of the time of every short command (decision 0036).
#pragma once

#include <libpq-fe.h>

#include "ledger/base/result.h"

namespace cairn {

#define CAIRN_LIBPQ_FUNCTIONS(USE) \
  USE(PQclear);                    \
  USE(PQconnectdbParams);          \
  USE(PQconninfoFree);             \
  USE(PQconninfoParse);            \
  USE(PQenterPipelineMode);        \
  USE(PQerrorMessage);             \
  USE(PQescapeIdentifier);         \
  USE(PQexec);                     \
  USE(PQexitPipelineMode);         \
  USE(PQfinish);                   \
  USE(PQfreemem);                  \
  USE(PQgetResult);                \
  USE(PQgetisnull);                \
  USE(PQgetlength);                \
  USE(PQgetvalue);                 \
  USE(PQntuples);                  \
  USE(PQpipelineSync);             \
  USE(PQresultErrorField);         \
  USE(PQresultStatus);             \
  USE(PQsendPrepare);              \
  USE(PQsendQueryParams);          \
  USE(PQsendQueryPrepared);        \
  USE(PQsetNoticeReceiver);        \
  USE(PQstatus);

// Each under its own name, with the type that libpq-fe.h gives it.
struct Libpq {
#define CAIRN_LIBPQ_MEMBER(name) decltype(&::name) name = nullptr
  CAIRN_LIBPQ_FUNCTIONS(CAIRN_LIBPQ_MEMBER)
#undef CAIRN_LIBPQ_MEMBER
};

// Loads it if it is not loaded yet. usage: it is not installed, or is older than PostgreSQL 14's. Any thread may call.
Result<void> load_libpq();

// The loaded library.
const Libpq& libpq();

}  // namespace cairn
