SELECT line, 'communicator_id.required' AS fault FROM {{ ref("cells") }} WHERE list_contains(faults, 'communicator_id.required')
