-- The service's own role and database, made when PostgreSQL starts with an empty volume: not the superuser.
\set ON_ERROR_STOP on
\set password `cat /run/secrets/database_password`
CREATE ROLE dam LOGIN PASSWORD :'password';
CREATE DATABASE dam OWNER dam TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
