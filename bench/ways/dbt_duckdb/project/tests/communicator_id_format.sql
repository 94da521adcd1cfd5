SELECT line, 'communicator_id.format' AS fault FROM {{ ref("cells") }} WHERE list_contains(faults, 'communicator_id.format')
